package org.brattice.demo;

import java.io.IOException;
import java.time.Duration;

/** What the tour shows of faults: a server that hangs and comes back, a bad update, a failover. */
final class RecoverySteps {
    static final String FAILOVER = "org.brattice.recovery.Failover-vios2";
    private static final String BAD_VERSION = "9.9.8";
    private static final String ANSWER = "received --wait 60s --until '^(sha256|error) '";
    private static final String IN_THE_MIDDLE = "received --wait 60s --until '^progress [1-9]'";
    private static final String HANG = "inject vios2 hang --call send --at 20";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Stage stage;
    private final DeployFolder deploy;
    private final Image image;

    RecoverySteps(Stage stage, DeployFolder deploy, Image image) {
        this.stage = stage;
        this.deploy = deploy;
        this.image = image;
    }

    /** The VIOS hangs in the middle of a transfer; its helper stands in until it is back. */
    void crash() throws CommandFailed, IOException, InterruptedException {
        stage.run("inject --on");
        hangInTheMiddle(11);
        String answer = stage.run(ANSWER);
        String faults = stage.run("faults vios2");
        stage.observe(faults.contains("PROCESSOR_HUNG: its event scan did not come back"),
                "the fault is in the log, with where its thread is");
        stage.observe(answer.contains(": progress moved to vios"),
                "its helper vios was told, took its slot over and answered its callers");
        stage.observe(image.is(answer), "what arrived is the file, bit for bit");
        boolean back = stage.becomes("resources",
                text -> Found.line(text, "vios2").contains("U1-P1-C1"), LIMIT);
        stage.run("recover");
        stage.run("partition vios2");
        stage.observe(back && stage.runAside("partition vios2").contains("RUNNING"),
                "a recovery module answered restart: vios2 is back, and has its slot back");
    }

    private void hangInTheMiddle(int seed) throws CommandFailed, InterruptedException {
        stage.runAside("received");
        stage.run("send reader 'digest vios2 random " + seed + "'");
        stage.run(IN_THE_MIDDLE);
        stage.run(HANG);
    }

    /** An update that does not boot is rolled back. */
    void badUpdate() throws CommandFailed, IOException, InterruptedException {
        stage.say("cp partitions/" + deploy.spoil("echo", BAD_VERSION).getFileName()
                + " deploy/   (version " + BAD_VERSION + ", which lacks a class)");
        boolean rolledBack = stage.becomes("recover", text -> text.lines().anyMatch(
                line -> line.contains(" rollback ") && line.contains(" done ")), LIMIT);
        stage.run("recover");
        String echo = stage.run("partition echo");
        boolean good = !Found.last(echo, "^bundle +(.*)").contains(BAD_VERSION);
        stage.observe(rolledBack && good && echo.contains("RUNNING"),
                "it was restarted within its budget, then rolled back to the jar that last ran well");
        String ping = stage.run("ping echo --count 100");
        stage.observe(ping.contains("answered=100 lost=0"), "and answers as before");
    }

    /** The VIOS hangs, and its standby serves for good. */
    void failover() throws CommandFailed, IOException, InterruptedException {
        stage.say("cp " + deploy.configure(FAILOVER, "partition = vios2", "standby = vios")
                .getFileName() + " deploy/   (partition = vios2, standby = vios)");
        stage.becomes("scr:list", text -> text.contains("org.brattice.recovery.Failover~vios2")
                || text.contains("org.brattice.recovery.Failover-vios2"), LIMIT);
        hangInTheMiddle(13);
        String answer = stage.run(ANSWER);
        stage.observe(image.is(answer), "what arrived is the file, bit for bit");
        boolean over = stage.becomes("resources",
                text -> Found.line(text, "vios").contains("U1-P1-C1"), LIMIT);
        stage.run("recover");
        stage.observe(over && stage.runAside("recover").contains("reassign:vios"),
                "its standby vios has its slot");
        stage.run("inject --off");
        stage.run("recover vios2 restart");
        stage.observe(
                stage.becomes("resources",
                        text -> Found.line(text, "vios2").contains("U1-P1-C1"), LIMIT),
                "an operator has started vios2 again: its helper has handed the slot back");
    }
}

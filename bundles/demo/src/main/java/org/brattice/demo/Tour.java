package org.brattice.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The main job, step by step. */
final class Tour {
    private static final List<String> JARS = List.of("echo", "vios", "reader", "crunch");
    private static final List<String> PARTITIONS = List.of("echo", "vios", "vios2", "reader",
            "crunch");
    private static final String VIOS = "org.brattice.partition.vios.Vios-";
    private static final String STANDBY = "org.brattice.relocation.Standby-echo";
    private static final String SLOT = "slot:U1-P1-C1";
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final String ANSWER = "received --wait 60s --until '^(sha256|error) '";
    private static final String OUTSIDE = "VSR";
    private static final int TIMES_LARGER = 100;
    private static final String NEW_VERSION = "9.9.9";

    private final Stage stage;
    private final DeployFolder deploy;
    private final Image image;
    private final RecoverySteps recovery;
    private long freeAtBoot;

    Tour(Stage stage, DeployFolder deploy, Image image) {
        this.stage = stage;
        this.deploy = deploy;
        this.image = image;
        this.recovery = new RecoverySteps(stage, deploy, image);
    }

    private interface Step {
        void play() throws CommandFailed, IOException, InterruptedException;
    }

    /** Plays all steps; whether everything that was to be seen was seen. */
    boolean play() throws InterruptedException {
        step("The frame boots: the hypervisor first, at frame address 0", this::boot);
        step("Partitions are deployed while the machine runs", this::deploy);
        step("The hypervisor keeps the look-up table of their IPCAs", this::lookUpTable);
        step("A message goes there and back", this::sendAndReceive);
        step("A broadcast reaches everybody", this::broadcast);
        step("A message waits for a partition that is stopped, and others can read it there",
                this::waitAndRead);
        step("Outside the VSR nobody reads", this::refuse);
        step("A disk image is served from vios to reader, first byte to last", this::sequential);
        step("The same at random offsets", this::random);
        step("The disk's slot moves from one VIOS to the other while the reader reads on",
                this::moveSlot);
        step("A partition stops, and what it had goes where a policy says", this::departure);
        step("A partition that is overloaded borrows a processor", this::auction);
        step("The VIOS hangs in the middle of a transfer, and is recovered", recovery::crash);
        step("A bad update is rolled back", recovery::badUpdate);
        step("The VIOS hangs again, and its standby takes over", recovery::failover);
        step("A message a hundred times larger than the receiver's IPCA", this::large);
        step("Firmware is replaced while messages flow", this::update);
        step("Everything stops cleanly", this::stop);
        return stage.end();
    }

    private void step(String title, Step step) throws InterruptedException {
        stage.step(title);
        try {
            step.play();
        } catch (CommandFailed | IOException e) {
            stage.observe(false, e.getMessage());
        }
    }

    private void boot() throws CommandFailed, InterruptedException {
        stage.observe(stage.succeeds("partitions; vsr; why console; await console running"
                + " --timeout 1s", START_LIMIT),
                "the operator's console partition runs");
        stage.run("partitions");
        String vsr = stage.run("vsr");
        freeAtBoot = free(vsr);
        stage.observe(vsr.contains("hypervisor: 0x0 to "),
                "the hypervisor lies at frame address 0, before any partition");
    }

    private void deploy() throws CommandFailed, IOException, InterruptedException {
        stage.say("cp " + deploy.configure(VIOS + "one", "partition.name = vios").getFileName()
                + " deploy/   (partition.name = vios)");
        stage.say("cp " + deploy
                .configure(VIOS + "two", "partition.name = vios2", "partition.slots =",
                        "partition.helper = vios", "partition.deadline = 500")
                .getFileName()
                + " deploy/   (partition.name = vios2, no slots, vios is its helper)");
        for (String jar : JARS) {
            stage.say("cp partitions/" + deploy.deploy(jar).getFileName() + " deploy/");
        }
        for (String partition : PARTITIONS) {
            stage.run("await " + partition + " running --timeout 20s");
        }
        stage.run("partitions");
        stage.observe(true, PARTITIONS.size() + " partitions of " + JARS.size()
                + " bundles run without a restart");
    }

    private void lookUpTable() throws CommandFailed, InterruptedException {
        String vsr = stage.run("vsr");
        boolean apart = true;
        for (String one : PARTITIONS) {
            for (String other : PARTITIONS) {
                apart &= one.equals(other) || apart(vsr, one, other);
            }
        }
        stage.observe(apart, "each partition has an IPCA of its own, and no two overlap");
    }

    private static boolean apart(String vsr, String one, String other) throws CommandFailed {
        long base = Found.column(vsr, one, 1);
        long otherBase = Found.column(vsr, other, 1);
        return base < otherBase
                ? base + Found.column(vsr, one, 2) <= otherBase
                : otherBase + Found.column(vsr, other, 2) <= base;
    }

    private void sendAndReceive() throws CommandFailed, InterruptedException {
        String sent = stage.run("send echo --notify 'hello, frame'");
        stage.observe(sent.contains("read by=echo"), "the hypervisor told that echo has read it");
        String received = stage.run("received --wait 10s");
        stage.observe(received.contains(" echo ") && received.contains(": hello, frame"),
                "the same text came back, and its sender is the one the hypervisor names");
    }

    private void broadcast() throws CommandFailed, InterruptedException {
        String sent = stage.run("send --all 'is anybody there?'");
        stage.observe(sent.contains("sent to 5 of 5 "), "each receiver has its own outcome");
        String received = stage.run("received --wait 10s --until '^is anybody'");
        stage.observe(received.contains(": is anybody there?"), "echo has answered it");
    }

    private void waitAndRead() throws CommandFailed, InterruptedException {
        String text = "kept until echo is back";
        long base = Found.column(stage.runAside("vsr"), "echo", 1);
        String bundle = bundle("echo");
        stage.run("stop " + bundle);
        stage.run("await echo stopped");
        long position = Long
                .parseLong(Found.last(stage.run("send echo '" + text + "'"), "position=(\\d+)"));
        String read = stage.run("read 0x" + Long.toHexString(base) + " 64KiB");
        stage.observe(shows(read, text), "a foreign read finds the message in the stopped"
                + " partition's IPCA, at position " + position);
        stage.run("start " + bundle);
        stage.run("await echo running");
        String received = stage.run("received --wait 10s --until 'kept until'");
        stage.observe(received.contains(text), "echo has read it after its restart");
    }

    /** Whether the text column of a hex dump shows a text, which may begin anywhere in a line. */
    private static boolean shows(String dump, String text) {
        StringBuilder shown = new StringBuilder();
        dump.lines().filter(line -> line.contains("|"))
                .forEach(line -> shown.append(line, line.indexOf('|') + 1, line.length() - 1));
        return shown.indexOf(text) >= 0;
    }

    private void refuse() throws CommandFailed, InterruptedException {
        stage.observe(stage.refused("read 0x0 64").contains(OUTSIDE),
                "the hypervisor's own memory is refused");
        String vsr = stage.runAside("vsr");
        long end = Found.column(vsr, "echo", 1) + Found.column(vsr, "echo", 2);
        stage.observe(
                stage.refused("read 0x" + Long.toHexString(end - 32) + " 64").contains(OUTSIDE),
                "a range that leaves echo's IPCA by 32 bytes is refused");
    }

    private void sequential() throws CommandFailed, IOException, InterruptedException {
        stage.say("image " + image.file());
        stage.runAside("received");
        stage.run("send reader 'digest vios'");
        CompletableFuture<String> expected = aside(image::sha256);
        String answer = stage.run(ANSWER);
        stage.say("the file itself: sha256 " + join(expected) + " bytes " + image.size());
        compare(answer, join(expected));
    }

    private void random() throws CommandFailed, IOException, InterruptedException {
        stage.run("send reader 'digest vios random 42'");
        String answer = stage.run(ANSWER);
        compare(answer, image.sha256());
        String mismatches = Found.last(answer, " mismatches (\\d+)");
        String blocks = Found.last(answer, " random (\\d+)");
        stage.observe(mismatches.equals("0"),
                blocks + " blocks read at random offsets, mismatches " + mismatches);
    }

    private void compare(String answer, String expected) throws CommandFailed, IOException {
        boolean same = image.is(answer, expected);
        long millis = Math.max(1, Long.parseLong(Found.last(answer, " millis (\\d+)")));
        stage.observe(same, "what arrived is the file, bit for bit, " + (image.size() >> 20)
                + " MiB at " + image.size() / 1000 / millis + " MB/s");
    }

    private void moveSlot() throws CommandFailed, IOException, InterruptedException {
        stage.runAside("received");
        stage.run("send reader 'digest vios random 7'");
        stage.run("received --wait 60s --until '^progress [1-9]'");
        String moved = stage.run("move " + SLOT + " --to vios2");
        stage.observe(moved.contains(" from=vios to=vios2 done"),
                "vios2 owns the slot; what vios has kept of the device throws from now on");
        String answer = stage.run(ANSWER);
        stage.observe(answer.contains(": progress moved to vios2"),
                "the reader was told in the middle of it, and asked vios2 from then on");
        compare(answer, image.sha256());
        stage.run("resources");
    }

    private void departure() throws CommandFailed, IOException, InterruptedException {
        stage.say("cp "
                + deploy.configure(STANDBY, "partition = echo", "standby = reader").getFileName()
                + " deploy/   (partition = echo, standby = reader)");
        String bundle = bundle("echo");
        stage.run("stop " + bundle);
        boolean went = stage.becomes("resources", text -> Found.processors(text, "echo", 0)
                && Found.processors(text, "reader", 2), START_LIMIT);
        stage.run("journal");
        stage.run("resources");
        stage.observe(went, "when it had not come back in the settle time, its processor moved to"
                + " its standby, by a message that the hypervisor wrote for it");
        stage.run("start " + bundle);
        stage.run("await echo running");
        stage.observe(stage.becomes("resources",
                text -> Found.processors(text, "echo", 1), START_LIMIT),
                "it has started with a processor out of the free pool");
    }

    private void auction() throws CommandFailed, InterruptedException {
        stage.runAside("received");
        stage.run("send crunch 'crunch 5'");
        boolean lent = stage.becomes("resources", text -> text.contains("is lent by"),
                START_LIMIT);
        stage.run("performance");
        stage.run("resources");
        stage.observe(lent, "crunch asked all others for what they can spare, and borrowed from who"
                + " is the least busy");
        String answer = stage.run("received --wait 30s --until '^crunched'");
        long alone = Long.parseLong(Found.first(answer, ": rate (\\d+) processors 1$"));
        long helped = Long.parseLong(Found.last(answer, ": rate (\\d+) processors [2-9]$"));
        boolean host = Runtime.getRuntime().availableProcessors() > 1;
        stage.observe(!host || helped > alone, "its rate went from " + alone + " to " + helped
                + " pieces a second" + (host ? "" : ", on a host with a single processor"));
        stage.observe(
                stage.becomes("resources", text -> !text.contains("is lent by"), START_LIMIT),
                "when the need had passed the loan returned");
    }

    private void large() throws CommandFailed, InterruptedException {
        long ipca = Found.column(stage.runAside("vsr"), "reader", 2);
        long bytes = ipca * TIMES_LARGER;
        String sent = stage.run("send reader --wait 30s --bytes " + bytes);
        String answer = stage.run(ANSWER);
        boolean same = Found.last(answer, ": sha256 (\\p{XDigit}+)")
                .equals(Found.last(sent, "sha256=(\\p{XDigit}+)"))
                && Found.last(answer, " bytes (\\d+) chunks").equals("" + bytes);
        stage.observe(same, bytes + " bytes through an IPCA of " + ipca + " arrived unchanged in "
                + Found.last(answer, " chunks (\\d+)") + " chunks");
    }

    private void update() throws CommandFailed, IOException, InterruptedException {
        long boots = boots();
        String ping = "ping echo --for 6s --window 32";
        stage.say("in a second session: " + ping);
        CompletableFuture<String> pinged = aside(() -> stage.runAside(ping));
        stage.say("cp partitions/" + deploy.update("echo", NEW_VERSION).getFileName()
                + " deploy/   (now with Bundle-Version " + NEW_VERSION + ")");
        boolean replaced = false;
        while (!replaced && !pinged.isDone()) {
            String state = stage.runAside("partition echo");
            replaced = state.contains("/" + NEW_VERSION + " ") && state.contains("RUNNING");
            Thread.sleep(100);
        }
        boolean flowing = !pinged.isDone();
        stage.run("partition echo");
        stage.observe(replaced && flowing && boots() > boots,
                "echo was replaced by version " + NEW_VERSION + " while messages flowed");
        stage.show(ping, join(pinged));
        stage.observe(join(pinged).contains(" lost=0 repeated=0 out-of-order=0 "),
                "of " + Found.last(join(pinged), " sent=(\\d+) .*seconds=")
                        + " messages none was lost, repeated or out of order");
    }

    private long boots() throws CommandFailed, InterruptedException {
        return Long.parseLong(Found.last(stage.runAside("partition echo"), "^boots\\s+(\\d+)"));
    }

    private void stop() throws CommandFailed, IOException, InterruptedException {
        for (String jar : JARS) {
            stage.run("stop " + bundle(jar));
        }
        for (String partition : PARTITIONS) {
            stage.run("await " + partition + " stopped --timeout 20s");
        }
        stage.observe(true, "each has halted by its deadline");
        for (String jar : JARS) {
            stage.say("rm deploy/" + deploy.remove(jar).getFileName());
        }
        for (String pid : List.of(VIOS + "one", VIOS + "two", STANDBY, RecoverySteps.FAILOVER)) {
            stage.say("rm deploy/" + deploy.forget(pid).getFileName());
        }
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (stage.runAside("names").lines().anyMatch(PARTITIONS::contains)
                && System.nanoTime() < deadline) {
            Thread.sleep(100);
        }
        String vsr = stage.run("vsr");
        stage.observe(free(vsr) == freeAtBoot && vsr.contains("quarantined 0"),
                "all memory has come back: " + free(vsr) + " blocks are free as at the start");
    }

    private String bundle(String partition) throws CommandFailed, InterruptedException {
        return Found.last(stage.runAside("partition " + partition), "^bundle .*\\[(\\d+)\\]");
    }

    private static long free(String vsr) throws CommandFailed {
        return Long.parseLong(Found.last(vsr, " free (\\d+)"));
    }

    private interface Task {
        String result() throws Exception;
    }

    private static CompletableFuture<String> aside(Task task) {
        CompletableFuture<String> future = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("brattice demo aside").start(() -> {
            try {
                future.complete(task.result());
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    private static String join(CompletableFuture<String> future) throws CommandFailed {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw new CommandFailed(String.valueOf(e.getCause().getMessage()));
        }
    }
}

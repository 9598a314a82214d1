package org.brattice.runtime;

import java.util.List;

/** What the machine is started for: the first word of the command line, or none for the shell. */
enum Word {
    SHELL("base", "shell"), EXEC("base", "shell"), DEMO("base", "shell", "demo"),
    /** No machine: what lies on the memory file system. */
    FRAMES;

    private final List<String> features;

    Word(String... features) {
        this.features = List.of(features);
    }

    /** {@return the names of the features to start, in this order} */
    List<String> features() {
        return features;
    }

    static Word of(String text) {
        return switch (text) {
            case "exec" -> EXEC;
            case "demo" -> DEMO;
            case "frames" -> FRAMES;
            default -> throw new Refusal(ExitStatus.USAGE,
                    "word=" + text
                            + " is unknown: use demo, exec, frames, help, version, or none for the shell");
        };
    }
}

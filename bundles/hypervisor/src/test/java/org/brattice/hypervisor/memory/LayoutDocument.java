package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The tables of {@code docs/memory-layout.md}. */
public final class LayoutDocument {
    private final List<String[]> rows;

    public LayoutDocument() throws IOException {
        try (Stream<String> lines = Files.lines(document())) {
            rows = lines.filter(line -> line.startsWith("|"))
                    .map(line -> line.substring(1).split("\\|"))
                    .map(cells -> Stream.of(cells).map(String::strip).toArray(String[]::new))
                    .toList();
        }
    }

    private static Path document() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder
                .getParent()) {
            Path document = folder.resolve("docs").resolve("memory-layout.md");
            if (Files.exists(document)) {
                return document;
            }
        }
        throw new IllegalStateException("docs/memory-layout.md is not above this folder");
    }

    /** Offsets by name, of the tables that begin with an offset. */
    public Map<String, Long> offsets() {
        Map<String, Long> offsets = new HashMap<>();
        rows.stream().filter(row -> row.length == 4 && row[0].matches("\\d+"))
                .filter(row -> !row[2].equals("-"))
                .forEach(row -> offsets.merge(row[2], Long.valueOf(row[0]), (one, other) -> {
                    throw new IllegalStateException(row[2] + " stands there twice");
                }));
        return offsets;
    }

    /** Where the tables of the standard frame begin. */
    public Map<String, Long> tables() {
        Map<String, Long> tables = new HashMap<>();
        rows.stream().filter(row -> row.length == 2 && row[1].matches("\\d+"))
                .forEach(row -> tables.put(row[0], Long.valueOf(row[1])));
        return tables;
    }

    /** Bytes of each entry, by table. */
    public Map<String, String> entries() {
        Map<String, String> entries = new HashMap<>();
        rows.stream().filter(row -> row.length == 4 && !row[0].matches("\\d+|-+|offset|table"))
                .forEach(row -> entries.put(row[0], row[3]));
        return entries;
    }
}

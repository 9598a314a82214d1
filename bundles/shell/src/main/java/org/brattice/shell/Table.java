package org.brattice.shell;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Printable;

/** Rows of text in columns as wide as their widest cell; numbers stand at the right. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();
    private final boolean[] right;

    /** @param columns their headings, with a {@code >} before those that stand at the right */
    Table(String... columns) {
        right = new boolean[columns.length];
        String[] head = new String[columns.length];
        for (int i = 0; i < columns.length; i++) {
            right[i] = columns[i].startsWith(">");
            head[i] = right[i] ? columns[i].substring(1) : columns[i];
        }
        rows.add(head);
    }

    void row(Object... cells) {
        if (cells.length != right.length) {
            throw new IllegalArgumentException(
                    "cells=" + cells.length + " is not columns=" + right.length);
        }
        String[] row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = Printable.of(cells[i]);
        }
        rows.add(row);
    }

    void print(PrintStream out) {
        int[] widths = new int[right.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String space = " ".repeat(widths[i] - row[i].length());
                line.append(i == 0 ? "" : "  ");
                line.append(right[i] ? space + row[i] : row[i] + space);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}

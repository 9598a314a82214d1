package org.brattice.shell;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

import org.brattice.api.Printable;

/**
 * A message as the console partition has received it.
 *
 * @param moment when its event scan read it
 * @param source name of the sender
 * @param position of the message in the console's IPCA
 * @param attempt how often it has been offered
 * @param length of the whole message, in bytes
 * @param head its first bytes, or all of them
 */
record Received(LocalTime moment, String source, long position, int attempt, int length,
        byte[] head) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final int SHOWN_BYTES = 32;

    @Override
    public String toString() {
        return TIME.format(moment) + " " + source + " position=" + position + " bytes=" + length
                + (attempt > 1 ? " attempt=" + attempt : "") + ": " + content();
    }

    /** The text, or the first bytes in hexadecimal where they are no printable text. */
    String content() {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(head))
                    .toString();
            if (text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
                return Printable.of(text) + rest(head.length);
            }
        } catch (CharacterCodingException e) {
            // Not text: shown as bytes.
        }
        int shown = Math.min(head.length, SHOWN_BYTES);
        return HexFormat.ofDelimiter(" ").formatHex(head, 0, shown) + rest(shown);
    }

    private String rest(int shown) {
        return shown < length ? " ... " + (length - shown) + " more bytes" : "";
    }
}

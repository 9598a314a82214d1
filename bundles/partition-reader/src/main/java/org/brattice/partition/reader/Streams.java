package org.brattice.partition.reader;

import java.util.HashMap;
import java.util.Map;

import org.brattice.api.Chunk;

/** Digests messages that come in chunks, in any number at once, and tells their senders. */
final class Streams {
    private final Answers answers;
    private final Map<Key, Open> open = new HashMap<>();

    private record Key(int source, long stream) {}

    private static final class Open {
        private final Sha256 digest = new Sha256();
        private long next;
        private long chunks;
    }

    Streams(Answers answers) {
        this.answers = answers;
    }

    void chunk(Chunk chunk) {
        Key key = new Key(chunk.source(), chunk.stream());
        Open stream = chunk.offset() == 0
                ? open.computeIfAbsent(key, _ -> new Open())
                : open.get(key);
        if (stream == null || chunk.offset() > stream.next) {
            open.remove(key);
            chunk.refuse();
            answers.error(chunk.source(), "stream of bytes=" + chunk.total() + " goes on at offset="
                    + chunk.offset() + " and its beginning is lost by a restart: send it again");
        } else if (chunk.offset() == stream.next) {
            take(key, stream, chunk);
        }
    }

    void aborted(int source, long stream) {
        open.remove(new Key(source, stream));
    }

    private void take(Key key, Open stream, Chunk chunk) {
        stream.digest.update(chunk.payload());
        stream.next += chunk.length();
        stream.chunks++;
        if (chunk.last()) {
            open.remove(key);
            answers.result(key.source, Answers.RESULT + stream.digest.hex() + " bytes "
                    + chunk.total() + " chunks " + stream.chunks);
        }
    }
}

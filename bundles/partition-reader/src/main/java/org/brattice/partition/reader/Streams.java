package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

import org.brattice.api.ChunkedMessage;
import org.brattice.api.MessageSink;

/** Digests messages that come in chunks, in any number at once, and tells their senders. */
final class Streams implements MessageSink {
    private final Answers answers;

    /** Digests what is written to it. */
    private static final class Digest implements WritableByteChannel {
        private final Sha256 digest = new Sha256();
        private long chunks;

        @Override
        public int write(ByteBuffer bytes) {
            int length = bytes.remaining();
            digest.update(MemorySegment.ofBuffer(bytes));
            bytes.position(bytes.limit());
            chunks++;
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    Streams(Answers answers) {
        this.answers = answers;
    }

    @Override
    public WritableByteChannel open(ChunkedMessage message, long offset) {
        if (offset == 0) {
            return new Digest();
        }
        answers.error(message.source(), "stream of bytes=" + message.bytes()
                + " goes on at offset=" + offset
                + " and its beginning is lost by a restart: send it again");
        return null;
    }

    @Override
    public void complete(ChunkedMessage message, WritableByteChannel channel) {
        Digest digest = (Digest) channel;
        answers.result(message.source(), Answers.RESULT + digest.digest.hex() + " bytes "
                + message.bytes() + " chunks " + digest.chunks);
    }
}

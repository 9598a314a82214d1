package org.brattice.partition.reader;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

import org.brattice.api.Message;
import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;

/** The reading of one device for one requester, from its description to the result. */
final class Job {
    /** Blocks whose hashes a random pass can keep: a device of 64 GiB in blocks of 64 KiB. */
    private static final int RANDOM_BLOCKS = 1 << 20;

    private final int requester;
    private final Command command;
    private final Requests requests;
    private final Answers answers;
    private final MemorySegment parking;
    private final LongSupplier tags;
    private final LongSupplier clock;
    private final ToIntFunction<String> numbers;
    private final long startedAt;
    private Device device;
    private long[] hashes;
    private Pass pass;
    private String hex;
    private long done;
    private long tenthTold;
    private boolean ended;
    /** Whether the server has had a fault since it answered last. */
    private boolean failed;
    /** Who has offered to stand in for the server since then, or 0. */
    private int helper;
    private String helperName;

    Job(int requester, Command command, Requests requests, Answers answers, MemorySegment parking,
            LongSupplier tags, LongSupplier clock, ToIntFunction<String> numbers) {
        this.numbers = numbers;
        this.requester = requester;
        this.command = command;
        this.requests = requests;
        this.answers = answers;
        this.parking = parking;
        this.tags = tags;
        this.clock = clock;
        this.startedAt = clock.getAsLong();
    }

    void start() {
        requests.ask(new BlockRequest(BlockRequest.DESCRIBE, 0, tags.getAsLong(), 0));
    }

    int requester() {
        return requester;
    }

    boolean ended() {
        return ended;
    }

    /** Takes a reply; one that answers nothing in flight (it came twice, or late) is dropped. */
    void reply(Message message) {
        if (ended) {
            return;
        }
        BlockReply reply = BlockReply.of(message);
        if (message.source() != requests.server()) {
            if (reply.status() == BlockReply.MOVED
                    && reason(message).equals(message.sourceName())) {
                helps(message.source(), message.sourceName());
            }
            return;
        }
        BlockRequest request = requests.answered(reply.tag());
        if (request == null) {
            return;
        }
        if (reply.status() == BlockReply.MOVED) {
            moved(request, reason(message));
        } else if (reply.status() != BlockReply.OK) {
            fail("status=" + reply.status() + ": " + reason(message));
        } else {
            requests.heard();
            failed = false;
            helper = 0;
            if (request.op() == BlockRequest.DESCRIBE) {
                describe(message);
            } else {
                block(request, message);
            }
        }
    }

    /** A server of its own name: to be believed when the server that is asked has failed, and not before. */
    private void helps(int server, String name) {
        helper = server;
        helperName = name;
        if (failed) {
            followHelper();
        }
    }

    /** A partition has a fault: it may be the server, whose helper stands in. */
    void faulted(int number) {
        failed |= number == requests.server();
        if (failed && helper != 0) {
            followHelper();
        }
    }

    private void followHelper() {
        requests.redirect(helper);
        answers.progress(requester, "moved to " + helperName);
        failed = false;
        helper = 0;
    }

    private static String reason(Message message) {
        byte[] reason = new byte[Math.min(200, message.length() - BlockReply.BYTES)];
        message.copyTo(BlockReply.BYTES, MemorySegment.ofArray(reason), 0, reason.length);
        return new String(reason, UTF_8);
    }

    /** The device has moved to another server, which is asked from now on; or it is on its way. */
    private void moved(BlockRequest request, String to) {
        requests.later(request);
        int server = to.isEmpty() ? 0 : numbers.applyAsInt(to);
        if (server != 0 && server != requests.server()) {
            requests.redirect(server);
            answers.progress(requester, "moved to " + to);
        }
    }

    void tick() {
        if (requests.hopeless()) {
            fail("no answer for a minute: is it running, and does it serve a device?");
        } else {
            requests.repeat();
        }
    }

    private void describe(Message message) {
        try {
            device = Device.of(message);
        } catch (IllegalArgumentException e) {
            fail(e.getMessage());
            return;
        }
        if (command.random()) {
            if (device.blocks() > RANDOM_BLOCKS) {
                fail("blocks=" + device.blocks() + " are too many for random, limit="
                        + RANDOM_BLOCKS + ": digest it without");
                return;
            }
            hashes = new long[device.blocks()];
        }
        pass = new SequentialPass(device, parking, hashes);
        advance();
    }

    private void block(BlockRequest request, Message message) {
        int length = message.length() - BlockReply.BYTES;
        if (length != request.length()) {
            fail("offset=" + request.offset() + " length=" + request.length()
                    + " was answered with bytes=" + length);
            return;
        }
        pass.take((int) (request.offset() / device.block()),
                message.payload().asSlice(BlockReply.BYTES));
        done += length;
        tell();
        advance();
    }

    private void advance() {
        if (pass instanceof SequentialPass sequential && sequential.done()) {
            hex = sequential.hex();
            if (!command.random()) {
                end("");
                return;
            }
            pass = new RandomPass(hashes, command.seed());
        }
        if (pass instanceof RandomPass random && random.done()) {
            end(" random " + device.blocks() + " mismatches " + random.mismatches() + " seed "
                    + command.seed());
            return;
        }
        while (!requests.full()) {
            int block = pass.next();
            if (block < 0) {
                return;
            }
            requests.ask(new BlockRequest(BlockRequest.READ, device.length(block), tags.getAsLong(),
                    device.offset(block)));
        }
    }

    private void tell() {
        long total = device.size() * (command.random() ? 2 : 1);
        long tenth = done * 10 / total;
        if (tenth > tenthTold && done < total) {
            tenthTold = tenth;
            answers.progress(requester, done + "/" + total);
        }
    }

    private void end(String randomly) {
        ended = true;
        long millis = Duration.ofNanos(clock.getAsLong() - startedAt).toMillis();
        answers.result(requester, Answers.RESULT + hex + " bytes " + device.size() + " blocks "
                + device.blocks() + " millis " + millis + randomly);
    }

    private void fail(String reason) {
        ended = true;
        answers.error(requester, "partition=" + command.partition() + " " + reason);
    }
}

package org.brattice.shell;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.brattice.api.Delivery;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;

/**
 * One message on its way, with what the operator wants to be told about it.
 *
 * @param patience for room, and afterwards for the notification
 * @param notifies whether to wait until it has been read
 * @param tracks whether to print what becomes of it
 */
record Sending(Operator operator, Payload payload, Duration patience, boolean notifies,
        boolean tracks) {
    private static final Duration GRACE = Duration.ofSeconds(5);

    void to(String name) throws Exception {
        int receiver = operator.known(name).number();
        long bytes = bytes();
        long readBefore = operator.known(name).read();
        long begin = System.nanoTime();
        long position = operator.call(limit(bytes),
                () -> System.out.println("sending to=" + name + " bytes=" + bytes + ": "
                        + (operator.known(name).read() - readBefore)
                        + " messages and chunks read so far"),
                ipca -> send(ipca, ipca.number(name)));
        long micros = (System.nanoTime() - begin) / 1000;
        if (position < 0) {
            throw new CommandFailed(refusal(name, bytes, position));
        }
        System.out.println("sent to=" + name + " bytes=" + bytes + " position=" + position
                + " micros=" + micros + (payload instanceof Payload.Text ? "" : " " + digest()));
        if (tracks) {
            new Following(operator, name, receiver, position, patience).print();
        } else if (notifies) {
            awaitRead(name, receiver, position, begin);
        }
    }

    void toAll() throws Exception {
        long begin = System.nanoTime();
        List<Outcome> outcomes = operator.call(patience.plus(GRACE), this::broadcast);
        Map<Integer, String> names = names();
        Table table = new Table("PARTITION", "OUTCOME", ">POSITION");
        int sent = 0;
        for (Outcome outcome : outcomes) {
            table.row(name(names, outcome), outcome.sent() ? "sent" : refusal(outcome.position()),
                    outcome.sent() ? outcome.position() : "-");
            sent += outcome.sent() ? 1 : 0;
        }
        table.print(System.out);
        if (outcomes.isEmpty() || sent < outcomes.size()) {
            throw new CommandFailed("broadcast sent to " + sent + " of " + outcomes.size()
                    + " partitions: see partitions");
        }
        System.out.println("broadcast sent to " + sent + " of " + sent + " partitions");
        if (notifies) {
            for (Outcome outcome : outcomes) {
                awaitRead(name(names, outcome), outcome.receiver(), outcome.position(), begin);
            }
        }
    }

    private long send(IpcaService ipca, int receiver) throws IOException {
        // The mapping belongs to the thread that sends, so it is made and undone here.
        try (Arena arena = Arena.ofConfined()) {
            return ipca.send(receiver, payload.parts(arena), delivery());
        }
    }

    private List<Outcome> broadcast(IpcaService ipca) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> parts = payload.parts(arena);
            if (parts.size() != 1) {
                throw new CommandFailed("bytes=" + bytes()
                        + " is more than a record: a broadcast goes in one record to each");
            }
            return ipca.broadcast(parts.get(0), delivery());
        }
    }

    private Delivery delivery() {
        Delivery delivery = Delivery.waiting(patience);
        if (tracks) {
            return delivery.tracked();
        }
        return notifies ? delivery.notified() : delivery;
    }

    private void awaitRead(String name, int receiver, long position, long begin)
            throws InterruptedException {
        switch (operator.marks().await(receiver, position,
                System.nanoTime() + patience.toNanos())) {
            case GIVEN_UP -> throw new CommandFailed("receiver=" + name + " gave up position="
                    + position + ", as its handler threw at every attempt: see partition " + name);
            case UNREAD -> throw new CommandFailed("receiver=" + name + " has not read position="
                    + position + " within wait=" + Quantity.typed(patience) + ": say who "
                    + Operator.PARTITION + " " + name);
            case READ -> {
            }
        }
        System.out.println("read by=" + name + " position=" + position + " micros="
                + (System.nanoTime() - begin) / 1000);
    }

    private Map<Integer, String> names() {
        return operator.hypervisor().lookUpTable().stream()
                .collect(Collectors.toMap(IpcaEntry::number, IpcaEntry::partition));
    }

    private static String name(Map<Integer, String> names, Outcome outcome) {
        return names.getOrDefault(outcome.receiver(), String.valueOf(outcome.receiver()));
    }

    private long bytes() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return payload.parts(arena).stream().mapToLong(MemorySegment::byteSize).sum();
        }
    }

    private String digest() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return "sha256=" + Digest.of(payload.parts(arena));
        }
    }

    /** The wait holds for each chunk, so what is large may take longer: a second a MiB. */
    private Duration limit(long bytes) {
        return patience.plus(GRACE).plusSeconds(bytes >> 20);
    }

    private String refusal(String name, long bytes, long outcome) {
        String what = "receiver=" + name + " bytes=" + bytes + ": " + refusal(outcome);
        return outcome == IpcaService.NO_ROOM
                ? what + " within wait=" + Quantity.typed(patience)
                        + ", try a longer one or say who " + Operator.PARTITION + " " + name
                : what;
    }

    /** What a negative position means, in words. */
    static String refusal(long outcome) {
        return switch ((int) outcome) {
            case (int) IpcaService.NO_ROOM -> "no room in its IPCA";
            case (int) IpcaService.NO_IPCA -> "it has no IPCA, so it can receive nothing";
            case (int) IpcaService.REFUSED -> "it refuses messages larger than a record";
            case (int) IpcaService.DEADLOCK -> "it waits for room in the console's own IPCA";
            default -> "refused with outcome=" + outcome;
        };
    }
}

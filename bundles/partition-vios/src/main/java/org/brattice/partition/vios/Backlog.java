package org.brattice.partition.vios;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

import org.brattice.api.Delivery;
import org.brattice.partition.vios.protocol.BlockRequest;

/**
 * Requests whose replies found no room, in order for each client. It keeps requests and not replies,
 * so it stays small: the block is read again when there is room.
 */
final class Backlog {
    /** Requests kept for one client; more are forgotten. */
    static final int LIMIT = 64;
    private final Map<Integer, Queue<BlockRequest>> byClient = new HashMap<>();

    boolean waits(int client) {
        return byClient.containsKey(client);
    }

    void add(int client, BlockRequest request) {
        Queue<BlockRequest> requests = byClient.computeIfAbsent(client, _ -> new ArrayDeque<>());
        if (requests.size() < LIMIT) {
            requests.add(request);
        }
    }

    /** Answers all that there is room for now. */
    void retry(BlockServer server) {
        byClient.entrySet()
                .removeIf(entry -> answered(entry.getKey(), entry.getValue(), server));
    }

    /** Answers what there is room for now in the IPCA of one client. */
    void retry(int client, BlockServer server) {
        if (answered(client, byClient.get(client), server)) {
            byClient.remove(client);
        }
    }

    private static boolean answered(int client, Queue<BlockRequest> requests, BlockServer server) {
        while (!requests.isEmpty() && server.answer(client, requests.peek(), Delivery.TRY)) {
            requests.remove();
        }
        return requests.isEmpty();
    }
}

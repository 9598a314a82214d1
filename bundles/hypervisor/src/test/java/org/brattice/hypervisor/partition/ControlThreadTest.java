package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class ControlThreadTest {
    @Test
    void shouldRunNothingMoreWhenItIsClosed() throws Exception {
        ControlThread control = new ControlThread();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        control.queue(() -> {
            control.close();
            try {
                control.later(Duration.ZERO, () -> {});
                thrown.complete(null);
            } catch (RuntimeException e) {
                thrown.complete(e);
            }
        });
        assertNull(thrown.get(20, TimeUnit.SECONDS));
        assertFalse(control.queue(() -> {}));
    }
}

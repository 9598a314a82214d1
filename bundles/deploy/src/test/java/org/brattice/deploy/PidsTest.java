package org.brattice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

import org.junit.jupiter.api.Test;

class PidsTest {
    @Test
    void shouldNameAComponentThatHasNoConfigurationOfAnotherName() throws IOException {
        assertEquals(Set.of("com.example.Greeter"), pids("name='com.example.Greeter'"));
    }

    @Test
    void shouldNameWhatAComponentIsConfiguredBy() throws IOException {
        assertEquals(Set.of("a", "b.c"), pids("name='a' configuration-pid='$ b.c'"));
    }

    @Test
    void shouldLeaveOutWhatNeverStartsWithout() throws IOException {
        assertEquals(Set.of(), pids("name='a' configuration-policy='require'"));
    }

    @Test
    void shouldTellTheFilesThatConcernThem() {
        Set<String> pids = Set.of("com.example.Greeter");
        assertTrue(Companions.concerns("com.example.Greeter.cfg", pids));
        assertTrue(Companions.concerns("com.example.Greeter-two.cfg", pids));
        assertTrue(Companions.concerns("com.example.Greeter~two.config", pids));
        assertFalse(Companions.concerns("com.example.Greeters.cfg", pids));
        assertFalse(Companions.concerns("com.example.Greeter-two.jar", pids));
    }

    private static Set<String> pids(String attributes) throws IOException {
        String text = "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.4.0' "
                + attributes + "/>";
        return Pids.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}

package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    @Test
    void shouldStartTheShellWithoutAWord() {
        assertEquals(new Arguments(Word.SHELL, Optional.empty(), Optional.empty(),
                Optional.empty(), false, false), parse());
    }

    @Test
    void shouldListAndPruneFrames() {
        assertEquals(Word.FRAMES, parse("frames").word());
        assertTrue(parse("frames", "--prune").prune());
    }

    @Test
    void shouldAskForANewFrame() {
        assertTrue(parse("exec", "lb", "--new-frame").newFrame());
    }

    @Test
    void shouldTakeOptionsWithoutAWord() {
        var arguments = parse("--framework", "equinox", "--data", "/some where");
        assertEquals(Word.SHELL, arguments.word());
        assertEquals(Optional.of(Path.of("/some where")), arguments.data());
    }

    @Test
    void shouldTakeCommandsBeforeAndAfterOptions() {
        assertEquals(Optional.of("lb; vsr"), parse("exec", "lb; vsr", "--data", "d").commands());
        assertEquals(Optional.of("lb; vsr"), parse("exec", "--data", "d", "lb; vsr").commands());
    }

    @Test
    void shouldResolvePathsAgainstTheWorkingDirectory() {
        var arguments = parse("demo", "--data", "a/../b", "--image", "disk.iso");
        assertEquals(Optional.of(Path.of("b").toAbsolutePath()), arguments.data());
        assertEquals(Optional.of(Path.of("disk.iso").toAbsolutePath()), arguments.image());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '"',
            textBlock = """
                    dmeo ~ word=dmeo is unknown: use demo, exec, frames, help, version, or none for the shell
                    exec ~ exec needs commands to run, as in exec 'partitions; vsr'
                    exec,lb,vsr ~ argument=vsr is one too many: put several commands into one, as in exec 'partitions; vsr'
                    demo,x ~ argument=x is one too many: put several commands into one, as in exec 'partitions; vsr'
                    demo,--dta,x ~ option=--dta is unknown: use --data DIR, --framework felix|equinox, --supervise, --new-frame, or --image FILE with demo
                    demo,--data ~ option=--data needs a value after it
                    --framework,knopflerfish ~ framework=knopflerfish is unknown: use felix or equinox
                    exec,lb,--prune ~ option=--prune is for frames alone
                    exec,lb,--image,x ~ option=--image is for demo alone: elsewhere set the device in frame.conf
                    """)
    void shouldRefuseWhatItDoesNotUnderstand(String line, String message) {
        var refusal = assertThrows(Refusal.class, () -> parse(line.split(",")));
        assertEquals(message, refusal.getMessage());
        assertEquals(ExitStatus.USAGE, refusal.status());
    }

    private static Arguments parse(String... line) {
        return Arguments.parse(List.of(line));
    }
}

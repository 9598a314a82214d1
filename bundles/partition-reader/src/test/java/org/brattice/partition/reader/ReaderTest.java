package org.brattice.partition.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.brattice.partition.vios.protocol.BlockReply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReaderTest {
    private static final int CONSOLE = 20;
    private static final long MILLI = 1_000_000;
    private static final int BLOCK = Device.LONGEST_BLOCK;

    private final FakeIpca ipca = new FakeIpca();
    private final FakeServer server = new FakeServer(bytes(30 * BLOCK + 1234));
    private final MemorySegment memory = MemorySegment.ofArray(new byte[8 << 20]);
    private long now;
    private long boots;
    private Reader reader;

    @BeforeEach
    void boot() {
        reader = new Reader(ipca, () -> now);
        reader.boot(new FakeBoot(++boots, memory));
    }

    @Test
    void shouldDigestAWholeDevice() throws Exception {
        command(CONSOLE, "digest vios");
        serve();
        assertEquals("20 sha256 " + sha256(server.device) + " bytes " + server.device.length
                + " blocks 31 millis 0", ipca.texts.getLast());
        assertEquals(10, ipca.texts.size(), "nine tenths and the result");
        assertEquals("20 progress 262144/1967314", ipca.texts.getFirst());
    }

    @Test
    void shouldDigestAnEmptyDevice() throws Exception {
        command(CONSOLE, "digest vios random 3");
        serve(new FakeServer(new byte[0]));
        assertEquals("20 sha256 " + sha256(new byte[0])
                + " bytes 0 blocks 0 millis 0 random 0 mismatches 0 seed 3", ipca.texts.getLast());
    }

    @Test
    void shouldAskForNoMoreThanTheServerGives() throws Exception {
        server.longest = 5000;
        command(CONSOLE, "digest vios");
        serve();
        assertTrue(ipca.texts.getLast().startsWith("20 sha256 " + sha256(server.device)));
    }

    @Test
    void shouldReadEveryBlockAgainInRandomOrder() throws Exception {
        command(CONSOLE, "digest vios random 42");
        serve();
        assertEquals("20 sha256 " + sha256(server.device) + " bytes " + server.device.length
                + " blocks 31 millis 0 random 31 mismatches 0 seed 42", ipca.texts.getLast());
        List<Long> first = server.offsets.subList(0, 31);
        List<Long> second = server.offsets.subList(31, server.offsets.size());
        assertEquals(31, second.size());
        assertEquals(new HashSet<>(first), new HashSet<>(second));
        assertTrue(!first.equals(second), "the order differs");
    }

    @Test
    void shouldCountBlocksThatDifferAtRandomOffsets() {
        command(CONSOLE, "digest vios random");
        while (server.offsets.size() < 31) {
            reader.message(server.answer(ipca.requests.remove()));
        }
        server.device[5 * BLOCK]++;
        server.device[9 * BLOCK + 7]++;
        serve();
        assertTrue(ipca.texts.getLast().endsWith("random 31 mismatches 2 seed 1"),
                ipca.texts.getLast());
    }

    @Test
    void shouldFollowADeviceThatMoves() throws Exception {
        command(CONSOLE, "digest vios");
        reader.message(server.answer(ipca.requests.remove()));
        for (int i = 0; i < 5; i++) {
            reader.message(server.answer(ipca.requests.remove()));
        }
        byte[] vain = ipca.requests.remove();
        reader.message(FakeServer.reply(vain, BlockReply.MOVED, ""));
        assertEquals(Requests.WINDOW - 1, ipca.requests.size(), "it is asked again later");
        reader.message(FakeServer.reply(ipca.requests.remove(), BlockReply.MOVED, "vios2"));
        assertEquals(FakeIpca.SECOND, ipca.asked);
        assertEquals("20 progress moved to vios2", ipca.texts.getLast());
        server.number = FakeIpca.SECOND;
        serve();
        assertTrue(ipca.texts.getLast().startsWith("20 sha256 " + sha256(server.device)),
                ipca.texts.getLast());
    }

    @Test
    void shouldKeepAFullWindowInFlight() {
        command(CONSOLE, "digest vios");
        reader.message(server.answer(ipca.requests.remove()));
        assertEquals(Requests.WINDOW, ipca.requests.size());
        reader.message(server.answer(ipca.requests.remove()));
        assertEquals(Requests.WINDOW, ipca.requests.size());
    }

    @Test
    void shouldDigestInOrderWhatComesInAnyOrder() throws Exception {
        command(CONSOLE, "digest vios");
        Random random = new Random(5);
        while (!ipca.requests.isEmpty()) {
            List<byte[]> window = new ArrayList<>(ipca.requests);
            ipca.requests.clear();
            Collections.shuffle(window, random);
            window.forEach(request -> reader.message(server.answer(request)));
        }
        assertTrue(ipca.texts.getLast().startsWith("20 sha256 " + sha256(server.device)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"digest vios", "digest vios random 7"})
    void shouldRepeatWhatIsLostAndIgnoreWhatComesTwice(String command) throws Exception {
        Random random = new Random(9);
        command(CONSOLE, command);
        while (!ended()) {
            while (!ipca.requests.isEmpty()) {
                FakeMessage reply = server.answer(ipca.requests.remove());
                for (int copies = random.nextInt(3); copies > 0; copies--) {
                    reader.message(reply);
                }
            }
            now += 200 * MILLI;
            reader.tick();
        }
        assertTrue(ipca.texts.getLast().startsWith(
                "20 sha256 " + sha256(server.device) + " bytes " + server.device.length));
    }

    @Test
    void shouldRepeatOnlyAfterATimeOutAndUnderTheSameTag() {
        command(CONSOLE, "digest vios");
        byte[] first = ipca.requests.remove();
        now += 499 * MILLI;
        reader.tick();
        assertTrue(ipca.requests.isEmpty());
        now += MILLI;
        reader.tick();
        assertTrue(Arrays.equals(first, ipca.requests.remove()));
    }

    @Test
    void shouldAskAgainWhenTheServerHadNoRoom() {
        ipca.full.add(FakeIpca.SERVER);
        command(CONSOLE, "digest vios");
        ipca.full.clear();
        reader.tick();
        assertEquals(1, ipca.requests.size());
    }

    @Test
    void shouldGiveUpAServerThatIsSilentForAMinute() {
        command(CONSOLE, "digest vios");
        now += 61_000 * MILLI;
        reader.tick();
        assertEquals("20 error partition=vios no answer for a minute: is it running, and does it "
                + "serve a device?", ipca.texts.getLast());
        command(CONSOLE, "digest vios");
        assertEquals(1, ipca.texts.size(), "a new command is taken");
    }

    @Test
    void shouldPassOnWhatTheServerRefuses() {
        command(CONSOLE, "digest vios");
        reader.message(FakeServer.reply(ipca.requests.remove(), BlockReply.DEVICE_ERROR,
                "sector unreadable"));
        assertEquals("20 error partition=vios status=4: sector unreadable", ipca.texts.getLast());
    }

    @Test
    void shouldRefuseADescriptionOfNoDevice() {
        server.longest = 0;
        command(CONSOLE, "digest vios");
        serve();
        assertEquals("20 error partition=vios size=" + server.device.length
                + " block=0 describe no device that can be read", ipca.texts.getLast());
    }

    @Test
    void shouldRefuseAReplyOfAnotherLength() {
        command(CONSOLE, "digest vios");
        reader.message(server.answer(ipca.requests.remove()));
        reader.message(FakeServer.reply(ipca.requests.remove(), BlockReply.OK, "abc"));
        assertEquals("20 error partition=vios offset=0 length=65536 was answered with bytes=3",
                ipca.texts.getLast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "hello | command='hello' is unknown: use", "digest | command='digest' is unknown: use",
            "digest vios slowly | command='digest vios slowly' is unknown: use",
            "digest vios random 1 2 | command='digest vios random 1 2' is unknown: use",
            "digest vios random x | seed=x is no whole number: use",
            "digest pluto | partition=pluto is unknown: known are reader, vios",
            "digest reader | partition=reader is the reader itself: name another"})
    void shouldSayWhatIsWrongWithACommand(String command, String reason) {
        command(CONSOLE, command);
        assertEquals(1, ipca.texts.size());
        assertTrue(ipca.texts.getFirst().startsWith("20 error " + reason), ipca.texts.getFirst());
        assertTrue(ipca.requests.isEmpty());
    }

    @Test
    void shouldRefuseACommandThatIsTooLong() {
        command(CONSOLE, "digest " + "v".repeat(5000));
        assertEquals("20 error command of bytes=5007 is too long: use 'digest PARTITION' or "
                + "'digest PARTITION random [SEED]'", ipca.texts.getFirst());
    }

    @Test
    void shouldNotAnswerAnEcho() {
        command(CONSOLE, "digest vios");
        reader.message(new FakeMessage(FakeIpca.SERVER, 0, ipca.requests.remove()));
        for (String answer : List.of("error nothing", "progress 1/2", "sha256 00")) {
            command(CONSOLE, answer);
        }
        assertTrue(ipca.texts.isEmpty());
    }

    @Test
    void shouldWorkForSeveralRequestersButOnceForEach() throws Exception {
        command(CONSOLE, "digest vios");
        command(21, "digest vios");
        command(CONSOLE, "digest vios");
        assertEquals("20 error busy: your last command is still being worked on",
                ipca.texts.getFirst());
        serve();
        String result = " sha256 " + sha256(server.device);
        assertTrue(ipca.texts.stream().anyMatch(text -> text.startsWith("20" + result)));
        assertTrue(ipca.texts.stream().anyMatch(text -> text.startsWith("21" + result)));
    }

    @Test
    void shouldTakeALimitedNumberOfJobs() {
        for (int i = 0; i <= Jobs.LIMIT; i++) {
            command(CONSOLE + i, "digest vios");
        }
        assertEquals(List.of("28 error busy: jobs=8 for others, try later"), ipca.texts);
    }

    @Test
    void shouldBeginAgainAfterARestart() throws Exception {
        command(CONSOLE, "digest vios random 4");
        for (int i = 0; i < 20; i++) {
            reader.message(server.answer(ipca.requests.remove()));
        }
        List<byte[]> late = new ArrayList<>(ipca.requests);
        ipca.requests.clear();
        ipca.texts.clear();
        boot();
        assertEquals(List.of("20 progress restarted"), ipca.texts);
        late.forEach(request -> reader.message(server.answer(request)));
        serve();
        assertTrue(ipca.texts.getLast().startsWith("20 sha256 " + sha256(server.device)));
        assertTrue(ipca.texts.getLast().endsWith("random 31 mismatches 0 seed 4"));

        ipca.texts.clear();
        boot();
        assertTrue(ipca.texts.isEmpty(), "what is done does not begin again");
    }

    @Test
    void shouldNotRefuseACommandThatARestartOffersAgain() {
        reader.message(new FakeMessage(CONSOLE, 99, "digest vios".getBytes()));
        boot();
        reader.message(new FakeMessage(CONSOLE, 99, "digest vios".getBytes()));
        assertEquals(List.of("20 progress restarted"), ipca.texts);
    }

    @Test
    void shouldKeepAResultForWhoHasNoRoom() throws Exception {
        command(CONSOLE, "digest vios");
        ipca.full.add(CONSOLE);
        serve();
        reader.tick();
        assertTrue(ipca.texts.isEmpty());
        ipca.full.clear();
        reader.tick();
        reader.tick();
        assertEquals(1, ipca.texts.size());
        assertTrue(ipca.texts.getFirst().startsWith("20 sha256 " + sha256(server.device)));
    }

    @Test
    void shouldForgetAResultThatNobodyTakes() {
        command(CONSOLE, "digest vios");
        ipca.full.add(CONSOLE);
        serve();
        now += 61_000 * MILLI;
        reader.tick();
        ipca.full.clear();
        reader.tick();
        assertTrue(ipca.texts.isEmpty());
    }

    @Test
    void shouldWantMemoryForItsJobs() {
        var small = new FakeBoot(1, MemorySegment.ofArray(new byte[1 << 20]));
        var refused = assertThrows(IllegalArgumentException.class, () -> reader.boot(small));
        assertEquals("partition.memory leaves bytes=1048576 in one piece beside the IPCA: "
                + "give at least 4198400", refused.getMessage());
    }

    private void serve() {
        serve(server);
    }

    private void serve(FakeServer other) {
        while (!ipca.requests.isEmpty()) {
            reader.message(other.answer(ipca.requests.remove()));
        }
    }

    private void command(int source, String text) {
        reader.message(new FakeMessage(source, now + source, text.getBytes()));
        now += 1;
    }

    private boolean ended() {
        return ipca.texts.stream().anyMatch(text -> !text.startsWith("20 progress"));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(2).nextBytes(bytes);
        return bytes;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}

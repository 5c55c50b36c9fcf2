package io.pidcap.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "::ffff:10.1.2.3, 10.1.2.3",
        "0.0.0.0, *",
        "::, *",
        "::1, ::1",
        "fe80::1, fe80::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1"
    })
    void shouldWriteAddressesAsPeopleDo(String text, String expected) throws Exception {
        assertThat(IpAddress.ofBytes(InetAddress.getByName(text).getAddress())).hasToString(expected);
    }

    @Test
    void shouldWriteTextThatReadsBackAsTheSameAddress() throws Exception {
        long seed = 42;
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            for (int zeroed = random.nextInt(16); zeroed > 0; zeroed--) {
                bytes[random.nextInt(16)] = 0;
            }
            IpAddress address = IpAddress.ofBytes(bytes);
            assertThat(InetAddress.getByName(address.toString()).getAddress())
                    .as("seed %d, %s", seed, address)
                    .isEqualTo(address.toBytes());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 0xffff00000000", "0, 0xffff7f000001", "0, 1", "1, 0xffff00000000", "-1, -1"})
    void shouldMakeTheSameAddressOfItsHalvesEitherWay(String high, String low) {
        IpAddress made = IpAddress.of(Long.decode(high), Long.decode(low));

        assertThat(made).isEqualTo(new IpAddress(Long.decode(high), Long.decode(low)));
        if (made.isAny()) {
            assertThat(made).isSameAs(IpAddress.ANY);
        }
    }

    @Test
    void shouldGiveOneObjectForAnAddressThatComesAgain() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long high = random.nextInt(40) == 0 ? random.nextLong() : 0;
            long low = high == 0 ? 0xffff_0000_0000L | random.nextInt(1 << 20) : random.nextLong();
            IpAddress address = IpAddress.of(high, low);
            assertThat(address).isEqualTo(new IpAddress(high, low));
            assertThat(IpAddress.of(high, low)).isEqualTo(address);
        }
        assertThat(IpAddress.ofIpv4(0x7f000001)).isSameAs(IpAddress.ofIpv4(0x7f000001));
        assertThat(IpAddress.of(0, 0xffff_0000_0000L)).isEqualTo(IpAddress.ANY);
    }

    @Test
    void shouldKnowLoopbackAndMulticast() throws Exception {
        assertThat(parse("127.255.0.1").isLoopback()).isTrue();
        assertThat(parse("128.0.0.1").isLoopback()).isFalse();
        assertThat(parse("::1").isLoopback()).isTrue();
        assertThat(parse("239.1.1.1").isMulticast()).isTrue();
        assertThat(parse("ff02::fb").isMulticast()).isTrue();
        assertThat(parse("10.0.0.1").isMulticast()).isFalse();
    }

    private static IpAddress parse(String text) throws Exception {
        return IpAddress.ofBytes(InetAddress.getByName(text).getAddress());
    }
}

package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LocalAddressesTest {
    private static final byte[] TRIE = """
            Main:
              +-- 0.0.0.0/0 3 0 5
                 |-- 0.0.0.0
                    /0 universe UNICAST
                 +-- 127.0.0.0/8 2 0 2
                    |-- 127.0.0.0
                       /8 host LOCAL
                    |-- 127.0.0.1
                       /32 host LOCAL
                    |-- 127.255.255.255
                       /32 link BROADCAST
                 +-- 192.0.2.0/24 2 0 2
                    |-- 192.0.2.0
                       /24 link UNICAST
                    |-- 192.0.2.2
                       /24 link UNICAST
                       /32 host LOCAL
                    |-- 192.0.2.255
                       /32 link BROADCAST
            Local:
                    |-- 192.0.2.2
                       /32 host LOCAL
            """.getBytes(StandardCharsets.US_ASCII);

    private static final byte[] INTERFACES = """
            00000000000000000000000000000001 01 80 10 80       lo
            fe8000000000000000fc00fffe000001 04 40 20 80     eth0
            20010db8000000000000000000000002 04 40 00 82     eth0
            """.getBytes(StandardCharsets.US_ASCII);

    @Test
    void shouldFindTheAddressesAmongTheRoutes() {
        assertThat(LocalAddresses.parseFibTrie(TRIE, TRIE.length))
                .containsExactlyInAnyOrder(NetText.ip("127.0.0.1"), NetText.ip("192.0.2.2"));
    }

    @Test
    void shouldReadIpv6Addresses() {
        assertThat(LocalAddresses.parseIfInet6(INTERFACES, INTERFACES.length))
                .containsExactly(NetText.ip("::1"), NetText.ip("fe80::fc:ff:fe00:1"), NetText.ip("2001:db8::2"));
    }

    @Test
    void shouldInventNothingWhenCutAtAnyLength() {
        for (int length = 0; length <= TRIE.length; length++) {
            assertThat(LocalAddresses.parseFibTrie(TRIE, length))
                    .isSubsetOf(NetText.ip("127.0.0.1"), NetText.ip("192.0.2.2"));
        }
        for (int length = 0; length <= INTERFACES.length; length++) {
            assertThat(LocalAddresses.parseIfInet6(INTERFACES, length))
                    .isSubsetOf(LocalAddresses.parseIfInet6(INTERFACES, INTERFACES.length));
        }
    }

    @Test
    void shouldPassOverLinesOfAnotherForm() {
        byte[] text = "|-- 1.2.3\n/32 host LOCAL\n|-- 1.2.3.4444\n/32 host LOCAL\n|-- a.b.c.d\n/32 host LOCAL\n"
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(LocalAddresses.parseFibTrie(text, text.length)).isEmpty();
        byte[] short6 = "fe80 01\nzz8000000000000000fc00fffe000001 04\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(LocalAddresses.parseIfInet6(short6, short6.length)).isEmpty();
    }
}

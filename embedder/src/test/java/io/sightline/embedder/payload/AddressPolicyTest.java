package io.sightline.embedder.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {

    private final AddressPolicy policy = new AddressPolicy();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "93.184.215.14",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "168.63.129.17",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2a00:1450:4001::1",
                "::8.8.8.8",
                "2002:808:808::1",
                "64:ff9b::8.8.8.8"
            })
    void shouldLetPublicAddressesThrough(String address) throws Exception {
        assertThat(policy.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "100.127.255.255",
                "127.0.0.1",
                "127.1",
                "127.255.255.254",
                "168.63.129.16",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.168.0.1",
                "192.168.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "2130706433",
                "::",
                "::1",
                "::7f00:1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:10::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "2002:a9fe:a9fe::1",
                "3fff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fdff:ffff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1"
            })
    void shouldRefuseOtherAddresses(String address) throws Exception {
        assertThat(policy.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @Test
    void shouldJudgeAMappedAddressByTheOneItMaps() throws Exception {
        assertThat(policy.isPublic(mapped(127, 0, 0, 1))).isFalse();
        assertThat(policy.isPublic(mapped(10, 0, 0, 1))).isFalse();
        assertThat(policy.isPublic(mapped(8, 8, 8, 8))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "::1, true", "10.0.0.1, false", "169.254.169.254, false", "8.8.8.8, true"})
    void shouldLetOnlyLoopbackThroughInAdditionForTests(String address, boolean through) throws Exception {
        assertThat(new AddressPolicy(true).isPublic(InetAddress.getByName(address)))
                .isEqualTo(through);
    }

    /** Only with a scope does Java leave such an address an IPv6 one. */
    private static InetAddress mapped(int a, int b, int c, int d) throws Exception {
        byte[] bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) a, (byte) b, (byte) c, (byte) d};
        return Inet6Address.getByAddress("mapped", bytes, 1);
    }
}

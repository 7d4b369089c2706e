package io.sightline.embedder.payload;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a fetch may connect to: those of the public internet, by the special-purpose registries of IANA
 * (RFC 6890 and its updates). An IPv6 address that carries an IPv4 address is judged by that. Immutable.
 */
final class AddressPolicy {

    private static final List<Block> NOT_PUBLIC_V4 = blocks(
            "0.0.0.0/8", // this network, and any-local
            "10.0.0.0/8",
            "100.64.0.0/10", // carrier-grade NAT; metadata of Alibaba Cloud
            "127.0.0.0/8",
            "168.63.129.16/32", // metadata of Azure, at a public address
            "169.254.0.0/16", // link-local; metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24", // protocol assignments; metadata of Oracle Cloud
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays, withdrawn
            "192.168.0.0/16",
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, and broadcast

    /** The only block that public IPv6 addresses are given from. */
    private static final Block GLOBAL_UNICAST_V6 = Block.of("2000::/3");

    private static final List<Block> NOT_PUBLIC_V6 = blocks(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "3fff::/20"); // documentation

    private static final List<Carrier> IPV4_CARRIERS = List.of(
            // Mapped; not from a literal, of which Java would make the IPv4 address itself.
            new Carrier(new Block(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 96), 12),
            // Compatible, with any-local and loopback as 0.0.0.0 and 0.0.0.1.
            new Carrier(Block.of("::/96"), 12),
            // NAT64.
            new Carrier(Block.of("64:ff9b::/96"), 12),
            // 6to4.
            new Carrier(Block.of("2002::/16"), 2));

    private final boolean loopbackToo;

    /** Public addresses only. */
    AddressPolicy() {
        this(false);
    }

    /** For tests, whose servers listen on the loopback address. */
    AddressPolicy(boolean loopbackToo) {
        this.loopbackToo = loopbackToo;
    }

    /** Whether an address may be connected to. */
    boolean isPublic(InetAddress address) {
        if (loopbackToo && address.isLoopbackAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] address) {
        return NOT_PUBLIC_V4.stream().noneMatch(block -> block.contains(address));
    }

    private static boolean isPublicV6(byte[] address) {
        for (Carrier carrier : IPV4_CARRIERS) {
            if (carrier.block.contains(address)) {
                return isPublicV4(Arrays.copyOfRange(address, carrier.at, carrier.at + 4));
            }
        }
        return GLOBAL_UNICAST_V6.contains(address)
                && NOT_PUBLIC_V6.stream().noneMatch(block -> block.contains(address));
    }

    private static List<Block> blocks(String... blocks) {
        return Arrays.stream(blocks).map(Block::of).toList();
    }

    /** A block of IPv6 whose addresses carry an IPv4 address, from the given byte. */
    private record Carrier(Block block, int at) {}

    /** The addresses that begin with the first so many bits of a prefix. */
    private record Block(byte[] prefix, int bits) {

        static Block of(String cidr) {
            int slash = cidr.indexOf('/');
            try {
                byte[] prefix = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
                return new Block(prefix, Integer.parseInt(cidr.substring(slash + 1)));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("'" + cidr + "' is no literal address and length", e);
            }
        }

        boolean contains(byte[] address) {
            int whole = bits / 8;
            if (!Arrays.equals(prefix, 0, whole, address, 0, whole)) {
                return false;
            }
            int rest = bits % 8;
            int mask = 0xff00 >> rest & 0xff;
            return rest == 0 || (prefix[whole] & mask) == (address[whole] & mask);
        }
    }
}

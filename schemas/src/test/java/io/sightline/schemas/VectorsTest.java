package io.sightline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VectorsTest {

    @Test
    void shouldBeLittleEndianFloat32OnTheWire() {
        ByteBuffer encoded = Vectors.encode(new float[] {1f, -2f});

        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        assertThat(bytes).containsExactly(0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0);
        assertThat(Vectors.decode(encoded)).containsExactly(1f, -2f);
    }

    @Test
    void shouldRefuseACutOffVector() {
        assertThatThrownBy(() -> Vectors.decode(ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("7 bytes");
    }

    @Test
    void shouldKeepThePositionOfTheBuffer() {
        ByteBuffer buffer = ByteBuffer.allocate(12).position(4);

        assertThat(Vectors.decode(buffer)).hasSize(2);
        assertThat(buffer.position()).isEqualTo(4);
    }
}

package io.sightline.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.ImageEvent;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

class NewerImagesTest {

    @Test
    void shouldBeReadByThisVersionAndReadWhatThisVersionWrites() {
        Schema newer = NewerImages.schema();
        Schema ours = ImageEvent.getClassSchema();

        assertThat(newer.getFields()).hasSize(ours.getFields().size() + 1);
        assertThat(compatibility(ours, newer)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        assertThat(compatibility(newer, ours)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getType();
    }
}

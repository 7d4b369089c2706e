package io.sightline.deploy.bench;

/** What is measured, from the limit to what people do today. */
enum EmbedRow {
    TF_SESSION("TF-Java session, decoded"),
    DJL("DJL, decoded"),
    DECODE_DJL("decode + DJL, no Kafka"),
    PLAIN_LOOP("consumer + producer, at least once"),
    LANE_AT_LEAST_ONCE("Sightline lane, at least once"),
    LANE_EXACTLY_ONCE("Sightline lane, exactly once"),
    ONE_BY_ONE("one record at a time, exactly once");

    private final String title;

    EmbedRow(String title) {
        this.title = title;
    }

    /** As the table has it. */
    String title() {
        return title;
    }
}

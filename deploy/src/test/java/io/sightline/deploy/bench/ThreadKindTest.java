package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadKindTest {

    @ParameterizedTest
    @CsvSource({
        "java, NETWORK",
        "tensorflow, NETWORK",
        "batcher-v12, NETWORK",
        "decoder-0, DECODING",
        "sightline-embed, RECORDS",
        "bench-one-by-on, RECORDS",
        "kafka-producer-, CLIENTS",
        "data-plane-kafk, BROKER",
        "kafka-1-raft-io, BROKER",
        "kafka-scheduler, BROKER",
        "C2 CompilerThre, JVM",
        "GC Thread#1, JVM",
        "Signal Dispatch, REST",
    })
    void shouldKnowThreadsByTheNamesThatLinuxKeeps(String name, ThreadKind kind) {
        assertThat(ThreadKind.of(name)).isEqualTo(kind);
    }
}

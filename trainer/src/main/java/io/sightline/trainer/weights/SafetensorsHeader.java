package io.sightline.trainer.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a safetensors file says it holds, checked: every tensor's type, shape and place go together, and the places cover
 * the data without a gap and without overlapping, as the format demands.
 *
 * @param metadata of the file, for instance {@code format} = {@code pt}
 * @param tensors by name, in the file's order
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {

    private static final String METADATA = "__metadata__";
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(1 << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * A tensor.
     *
     * @param begin first byte, counted from the end of the header
     * @param end behind its last byte
     */
    record Entry(DataType type, long[] shape, long begin, long end) {}

    /**
     * Reads and checks it.
     *
     * @param file for messages
     * @param json the header
     * @param dataBytes length of what follows it
     * @throws WeightFileException naming the tensor that is wrong
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new WeightFileException(file, "its header is not JSON (" + e.getOriginalMessage() + ")", e);
        } catch (java.io.IOException e) {
            throw new WeightFileException(file, "its header cannot be read (" + e.getMessage() + ")", e);
        }
        if (!root.isObject()) {
            throw new WeightFileException(file, "its header is not a JSON object");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, Entry> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .properties()
                        .forEach(
                                one -> metadata.put(one.getKey(), one.getValue().asText()));
            } else {
                tensors.put(field.getKey(), new OfTensor(file, field.getKey()).parse(field.getValue(), dataBytes));
            }
        }
        requireCovered(file, tensors, dataBytes);
        return new SafetensorsHeader(metadata, tensors);
    }

    /** One tensor of a file, for messages. */
    private record OfTensor(Path file, String name) {

        Entry parse(JsonNode node, long dataBytes) {
            DataType type = type(node.path("dtype").asText());
            long[] shape = numbers(node.path("shape"), "shape");
            long[] offsets = numbers(node.path("data_offsets"), "data_offsets");
            if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
                throw wrong("its data_offsets " + node.path("data_offsets") + " are no place in " + dataBytes
                        + " bytes of data; the file may be cut off: fetch it again");
            }
            long bytes = bytes(type, shape);
            if (bytes != offsets[1] - offsets[0]) {
                throw wrong(type + " of shape " + node.path("shape") + " takes " + bytes
                        + " bytes, but its data_offsets" + " hold " + (offsets[1] - offsets[0]));
            }
            return new Entry(type, shape, offsets[0], offsets[1]);
        }

        private DataType type(String name) {
            try {
                return DataType.valueOf(name);
            } catch (IllegalArgumentException e) {
                throw wrong("its dtype '" + name + "' is none that is known here: " + List.of(DataType.values()));
            }
        }

        private long[] numbers(JsonNode node, String field) {
            if (!node.isArray()) {
                throw wrong("it has no list of numbers as " + field);
            }
            List<Long> numbers = new ArrayList<>();
            for (JsonNode number : node) {
                if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < 0) {
                    throw wrong("'" + number + "' in its " + field + " is no size");
                }
                numbers.add(number.asLong());
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private long bytes(DataType type, long[] shape) {
            long bytes = type.bytes();
            try {
                for (long size : shape) {
                    bytes = Math.multiplyExact(bytes, size);
                }
            } catch (ArithmeticException e) {
                throw wrong("its shape holds more than can be counted");
            }
            return bytes;
        }

        private WeightFileException wrong(String problem) {
            return new WeightFileException(file, "tensor '" + name + "': " + problem);
        }
    }

    private static void requireCovered(Path file, Map<String, Entry> tensors, long dataBytes) {
        List<Map.Entry<String, Entry>> ordered = new ArrayList<>(tensors.entrySet());
        ordered.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(
                        one -> one.getValue().begin())
                .thenComparingLong(one -> one.getValue().end()));
        long reached = 0;
        String before = "the beginning";
        for (Map.Entry<String, Entry> one : ordered) {
            long begin = one.getValue().begin();
            if (begin != reached) {
                throw new WeightFileException(
                        file,
                        "tensor '" + one.getKey() + "' begins at byte " + begin + " of the data, but " + before
                                + " ends at " + reached + (begin < reached ? ": they overlap" : ": there is a gap"));
            }
            reached = one.getValue().end();
            before = "tensor '" + one.getKey() + "'";
        }
        if (reached != dataBytes) {
            throw new WeightFileException(
                    file, before + " ends at byte " + reached + ", but there are " + dataBytes + " bytes of data");
        }
    }
}

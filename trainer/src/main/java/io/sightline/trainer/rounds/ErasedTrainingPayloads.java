package io.sightline.trainer.rounds;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.avro.Erasure;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The payloads that the trainer's join has in memory, as a place that holds images. The join reads an image before it
 * commits it, so what is forgotten behind that does not come back.
 *
 * @param forget by SHA-256
 */
record ErasedTrainingPayloads(String id, ErasedReplay replay, Consumer<String> forget) implements Holder {

    @Override
    public String place() {
        return "payload-cache/trainer";
    }

    /** It is of a store that lasts: what the store has not deleted yet can be read again. */
    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Map<Erasure, String> done = replay.erase(pending);
        done.forEach((erasure, detail) -> erasure.getContentSha256s().forEach(forget));
        done.replaceAll((erasure, detail) ->
                "forgot what it had of " + erasure.getContentSha256s().size() + " contents");
        return done;
    }
}

package io.sightline.ingest.gateway;

import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.erasure.HolderIds;
import io.sightline.schemas.avro.Erasure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The directory of known images, as a place: it has hashes of them, no content. */
final class ForgottenImages implements Holder {

    private final ImageDirectory directory;
    private final String id;

    /** Uses, and does not close, the directory, which lies in a folder. */
    ForgottenImages(ImageDirectory directory, Path folder) {
        this.directory = directory;
        this.id = HolderIds.ofFolder(folder);
    }

    @Override
    public String place() {
        return "known-images";
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Map<Erasure, String> done = new HashMap<>();
        for (Erasure erasure : pending) {
            boolean isKnown = directory
                    .image(erasure.getId())
                    .filter(image -> image.offset() < erasure.getOffset())
                    .isPresent();
            if (!isKnown && directory.isPast(erasure.getPartition(), erasure.getOffset())) {
                done.put(erasure, "its hashes are forgotten");
            }
        }
        return done;
    }
}

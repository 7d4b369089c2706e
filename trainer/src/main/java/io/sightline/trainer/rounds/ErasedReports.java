package io.sightline.trainer.rounds;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.avro.Erasure;
import io.sightline.trainer.report.ErasedPictures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The pictures in the training reports of all versions, as a place that holds images. */
record ErasedReports(String id, VersionReports reports, SnapshotInHand inHand) implements Holder {

    @Override
    public String place() {
        return "training-reports";
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        // A report is written while its evaluation is in hand: what is not in hand comes into none any more.
        Set<Erasure> ready = inHand.erase(pending).keySet();
        Map<Erasure, String> done = new HashMap<>();
        if (!ready.isEmpty()) {
            Set<String> ids = ready.stream().map(Erasure::getId).collect(Collectors.toSet());
            reports.files().forEach(report -> ErasedPictures.remove(report, ids));
            ready.forEach(erasure -> done.put(erasure, "no report shows a picture of it"));
        }
        return done;
    }
}

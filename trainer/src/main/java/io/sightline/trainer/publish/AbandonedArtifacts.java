package io.sightline.trainer.publish;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a trainer that was killed while it published has left behind: {@code models/.VERSION-RANDOM.tmp}, which it
 * was writing, and {@code models/VERSION-RANDOM}, which it had not announced.
 *
 * <p>Other processes may be publishing to the same folder, and nobody tells who. What goes is therefore only
 *
 * <ul>
 *   <li>a folder of a name that {@link io.sightline.embedder.artifact.ArtifactWriter#shared} gives: nothing that people or
 *       other commands put there;
 *   <li>that no event of the topic names, whether it had an effect or not;
 *   <li>of a version that events do name, with another folder. A version that no event knows may have been announced by
 *       an event that cannot be decoded here, or that is about to be written;
 *   <li>in which nothing was written for {@link #SAFE_AGE}: to write, check and announce an artifact takes minutes, and a
 *       process that rested meanwhile, on a machine that was asleep, gets a day.
 * </ul>
 *
 * <p>Artifacts of another Kafka cluster that writes to the same folder are named by events that are not read here. So each
 * trainer notes the id of its models topic in {@code models/.model-topics} when it starts, and where that holds more than
 * one, nothing is removed. A trainer that notes its own anew removes nothing then, nor later until the file has not changed
 * for {@link #SAFE_AGE}: one of another cluster may not have noted its own yet, for instance because it is not upgraded yet.
 * Clusters whose trainer does not start within that time need a folder of their own. To remove again after a topic was
 * created anew, delete that file.
 *
 * <p>On failure: a folder that cannot be removed is logged and left to the next start.
 */
public final class AbandonedArtifacts {

    /** What is younger stays. */
    public static final Duration SAFE_AGE = Duration.ofHours(24);

    static final String TOPICS = ".model-topics";

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedArtifacts.class);
    private static final Pattern ARTIFACT = Pattern.compile("(v\\d{1,18})-[0-9a-f]{12}");
    private static final Pattern TEMPORARY = Pattern.compile("\\.v\\d{1,18}-[0-9a-f]{12}\\.tmp");

    private final Path models;
    private final AnnouncedArtifacts announced;

    /**
     * Looks at nothing yet.
     *
     * @param models where artifacts are written
     * @param announced read after the trainer before this one ended
     */
    public AbandonedArtifacts(Path models, AnnouncedArtifacts announced) {
        this.models = models;
        this.announced = announced;
    }

    /**
     * Removes.
     *
     * @return the names of the folders that are gone
     * @throws IOException if the folder of the artifacts cannot be read or noted in
     */
    public List<String> remove(Instant now) throws IOException {
        Files.createDirectories(models);
        if (isSharedWithOthers()) {
            LOG.info(
                    "{} holds the artifacts of several models topics, so nothing is removed there; if only this one is"
                            + " left, delete {}",
                    models,
                    models.resolve(TOPICS));
            return List.of();
        }
        if (!isOlder(models.resolve(TOPICS), now.minus(SAFE_AGE))) {
            LOG.debug("{} is young, so nothing is removed from {} yet", TOPICS, models);
            return List.of();
        }
        List<String> removed = new ArrayList<>();
        for (Path folder : abandoned()) {
            if (isOlder(folder, now.minus(SAFE_AGE)) && isRemoved(folder)) {
                removed.add(String.valueOf(folder.getFileName()));
            }
        }
        return removed;
    }

    private boolean isSharedWithOthers() throws IOException {
        Path file = models.resolve(TOPICS);
        Set<String> topics = Files.exists(file) ? Set.copyOf(Files.readAllLines(file)) : Set.of();
        if (!topics.contains(announced.topicId())) {
            Files.writeString(file, announced.topicId() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return !Set.of(announced.topicId()).containsAll(topics);
    }

    private List<Path> abandoned() throws IOException {
        try (Stream<Path> all = Files.list(models)) {
            return all.filter(Files::isDirectory).filter(this::isAbandoned).toList();
        }
    }

    private boolean isAbandoned(Path folder) {
        String name = String.valueOf(folder.getFileName());
        Matcher artifact = ARTIFACT.matcher(name);
        if (!artifact.matches()) {
            return TEMPORARY.matcher(name).matches();
        }
        boolean isNamed = announced.folders().values().stream().anyMatch(folders -> folders.contains(name));
        return !isNamed && announced.folders().containsKey(artifact.group(1));
    }

    /** Whether all that is in it was written before. */
    private static boolean isOlder(Path folder, Instant limit) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                if (!Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static boolean isRemoved(Path folder) {
        try {
            delete(folder);
            LOG.info("removed {}: it was written and never announced", folder);
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be removed, it is tried again at the next start: {}", folder, e.toString());
            return false;
        }
    }
}

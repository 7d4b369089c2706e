package io.sightline.deploy.stack;

/**
 * Where the services of a stack listen, on loopback. 0 picks a free port.
 *
 * @param kafka of the broker
 * @param registry of the schema registry
 * @param ingest of the ingest API
 * @param search of the search API
 * @param trainer of the trainer's status
 */
public record Ports(int kafka, int registry, int ingest, int search, int trainer) {

    /** What the commands use when nothing is said. */
    public static final Ports DEFAULT = new Ports(19092, 19081, 19080, 19090, 19085);

    /** Any that are free. */
    public static final Ports FREE = new Ports(0, 0, 0, 0, 0);
}

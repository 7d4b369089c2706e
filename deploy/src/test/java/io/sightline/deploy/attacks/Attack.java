package io.sightline.deploy.attacks;

import io.sightline.schemas.avro.DeadLetterReason;

/** One row of the table: what is tried, and what has to come of it. */
sealed interface Attack {

    /**
     * A request that is refused.
     *
     * @param status HTTP status, 0 for a connection that is closed without a word
     * @param type of the error
     * @param says what the answer has to hold beside that, empty for nothing
     */
    record Refused(Request request, int status, String type, String says) implements Attack {

        Refused saying(String words) {
            return new Refused(request, status, type, words);
        }

        @Override
        public String toString() {
            return request.name() + " -> " + (status == 0 ? "closed" : status + " " + type);
        }
    }

    /**
     * A request with a script that is taken, and must never be more than data.
     *
     * @param says what the answer has to hold, as it stands in its JSON
     */
    record Stored(Request request, String says) implements Attack {

        @Override
        public String toString() {
            return request.name() + " -> data";
        }
    }

    /**
     * An event of a stranger whose payload is not fetched.
     *
     * @param name what is tried
     * @param uri where the payload is said to lie
     * @param reason of the dead letter that the event becomes
     * @param why part of what it says
     */
    record NotFetched(String name, String uri, DeadLetterReason reason, String why) implements Attack {

        @Override
        public String toString() {
            return name + " -> " + reason;
        }
    }
}

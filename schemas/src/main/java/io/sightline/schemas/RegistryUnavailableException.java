package io.sightline.schemas;

/** The schema registry did not answer. Trying again later may work. */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the address. */
    public RegistryUnavailableException(String address, Throwable cause) {
        super(
                "the schema registry at " + address + " did not answer: " + cause.getMessage()
                        + "; check that it runs and that the address is right",
                cause);
    }
}

package io.sightline.local;

import java.lang.reflect.InvocationTargetException;

/** Main class of the registry's process: runs the registry, and ends with the parent process. */
final class RegistryProcess {

    private static final String QUARKUS_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

    private RegistryProcess() {}

    public static void main(String[] args)
            throws ClassNotFoundException, NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        ParentWatch.start();
        Class.forName(QUARKUS_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
    }
}

package io.sightline.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * Main class of the registry's process. It runs the registry and watches standard input, a pipe from the parent: when
 * the parent ends, even by kill -9, the pipe closes and so does the registry. Nothing is left behind.
 */
final class RegistryProcess {

    private static final String QUARKUS_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

    private RegistryProcess() {}

    public static void main(String[] args)
            throws ClassNotFoundException, NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        Thread.ofPlatform().daemon().name("parent-watch").start(RegistryProcess::endWithParent);
        Class.forName(QUARKUS_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // The parent never writes; read only returns when it is gone.
            }
        } catch (IOException e) {
            System.err.println("lost the parent process: " + e.getMessage());
        }
        Runtime.getRuntime().halt(0);
    }
}

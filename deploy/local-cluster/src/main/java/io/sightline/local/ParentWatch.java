package io.sightline.local;

import java.io.IOException;

/**
 * Ends a child process with its parent. Standard input is a pipe from the parent: when the parent ends, even by kill -9,
 * the pipe closes and so does the child. Nothing is left behind.
 */
final class ParentWatch {

    private ParentWatch() {}

    static void start() {
        Thread.ofPlatform().daemon().name("parent-watch").start(ParentWatch::endWithParent);
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

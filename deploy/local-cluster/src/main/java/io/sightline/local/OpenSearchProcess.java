package io.sightline.local;

import java.lang.reflect.InvocationTargetException;

/** Main class of an OpenSearch node's process: runs the node, whose classes are only there, and ends with the parent. */
final class OpenSearchProcess {

    private static final String NODE_MAIN = "io.sightline.opensearch.SearchNodeProcess";

    private OpenSearchProcess() {}

    public static void main(String[] args)
            throws ClassNotFoundException, NoSuchMethodException, IllegalAccessException, InvocationTargetException {
        ParentWatch.start();
        Class.forName(NODE_MAIN).getMethod("main", String[].class).invoke(null, (Object) args);
    }
}

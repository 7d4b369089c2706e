package io.sightline.deploy;

import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What runs in the child process of {@link S3Server}: S3Mock, without the connector that it opens on every interface
 * whatever its settings say. It ends when its parent does.
 */
final class S3ServerProcess {

    private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

    private S3ServerProcess() {}

    /** Arguments: those of S3Mock. */
    public static void main(String[] arguments) throws Exception {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent ->
                        parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
        Class.forName(LAUNCHER).getMethod("main", String[].class).invoke(null, (Object) arguments);
        closeAllButLoopback();
        System.out.println("ready");
    }

    private static void closeAllButLoopback() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName connector : beans.queryNames(new ObjectName("Tomcat:type=Connector,*"), null)) {
            if (connector.getKeyProperty("address") == null) {
                beans.invoke(connector, "stop", null, null);
                beans.invoke(connector, "destroy", null, null);
            }
        }
    }
}

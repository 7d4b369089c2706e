package io.sightline.deploy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The option of the command line that sets it as well. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnCommandLine {

    /** Its name with both dashes. */
    String value();

    /** What stands for its value in the help; empty for what its type is called. */
    String label() default "";

    /** Whether the option names a file with the value: that of a secret. */
    boolean file() default false;
}

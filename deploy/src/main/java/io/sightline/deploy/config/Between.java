package io.sightline.deploy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The range of a number. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Between {

    /** The least. */
    double least();

    /** The most. */
    double most() default Double.MAX_VALUE;

    /** Whether the least itself is too little. */
    boolean above() default false;
}

package io.sightline.deploy.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a setting, or a concern, is for: the text of the reference page and of {@code --help}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Doc {

    /** Sentences in plain text. */
    String value();

    /** What counts where nothing is set, if that is no plain value. */
    String otherwise() default "";
}

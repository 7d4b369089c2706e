package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;

/** A command that runs services with a configuration. */
interface Configured {

    /** What it would run with, and what is wrong with that. */
    Configuration configuration();
}

package io.sightline.deploy.config;

import io.sightline.embedder.runtime.ComputeDevice;
import org.eclipse.microprofile.config.spi.Converter;

/** For SmallRye, which takes an interface without a converter for a group of settings. */
public final class DeviceConverter implements Converter<ComputeDevice> {

    private static final long serialVersionUID = 1;

    @Override
    public ComputeDevice convert(String value) {
        return ComputeDevice.parse(value);
    }
}

package io.sightline.trainer.nets;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Backbones by the names that people know them by. */
public final class Backbones {

    /** What a name may look like, for people. */
    public static final String NAMES = "mobilenet_v1_025, _050, _075 or _100; resnet50, resnet101, resnet152 or"
            + " resnet-BLOCKS-BLOCKS-..-wWIDTH; vit_tiny_patch16, vit_small_patch16, vit_base_patch16 (also patch8,"
            + " patch14, patch32) or vit-pPATCH-dWIDTH-lDEPTH-hHEADS";

    private static final Pattern MOBILENET = Pattern.compile("mobilenet_v1_(\\d{3})");
    private static final Pattern RESNET = Pattern.compile("resnet((?:-\\d{1,3}){1,8})-w(\\d{1,4})");
    private static final Pattern VIT = Pattern.compile("vit_(tiny|small|base)_patch(8|14|16|32)(?:_\\d{3})?");
    private static final Pattern OTHER_VIT = Pattern.compile("vit-p(\\d{1,3})-d(\\d{1,4})-l(\\d{1,2})-h(\\d{1,2})");
    private static final double PERCENT = 100;

    private Backbones() {}

    /**
     * A backbone by its name.
     *
     * @throws IllegalArgumentException saying which names there are
     */
    public static Backbone named(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + name + "' is no architecture that is known here; there are " + NAMES));
    }

    /** A backbone by its name; empty if there is none of that name. */
    public static Optional<Backbone> find(String name) {
        Matcher mobileNet = MOBILENET.matcher(name);
        if (mobileNet.matches()) {
            return Optional.of(new MobileNetV1(Integer.parseInt(mobileNet.group(1)) / PERCENT));
        }
        Matcher vit = VIT.matcher(name);
        if (vit.matches()) {
            int patch = Integer.parseInt(vit.group(2));
            return Optional.of(
                    switch (vit.group(1)) {
                        case "tiny" -> VisionTransformer.tiny(patch);
                        case "small" -> VisionTransformer.small(patch);
                        default -> VisionTransformer.base(patch);
                    });
        }
        return switch (name) {
            case "resnet50" -> Optional.of(ResNet.RESNET50);
            case "resnet101" -> Optional.of(ResNet.RESNET101);
            case "resnet152" -> Optional.of(ResNet.RESNET152);
            default -> bySizes(name);
        };
    }

    private static Optional<Backbone> bySizes(String name) {
        Matcher resNet = RESNET.matcher(name);
        if (resNet.matches()) {
            List<Integer> blocks = Arrays.stream(resNet.group(1).substring(1).split("-"))
                    .map(Integer::valueOf)
                    .toList();
            return Optional.of(new ResNet(name, blocks, Integer.parseInt(resNet.group(2))));
        }
        Matcher vit = OTHER_VIT.matcher(name);
        return vit.matches()
                ? Optional.of(new VisionTransformer(
                        name,
                        Integer.parseInt(vit.group(1)),
                        Integer.parseInt(vit.group(2)),
                        Integer.parseInt(vit.group(3)),
                        Integer.parseInt(vit.group(4)),
                        VisionTransformer.Pooling.TOKEN))
                : Optional.empty();
    }
}

package io.sightline.trainer.nets;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Vision transformer (Dosovitskiy et al., ICLR 2021) as timm has it: exact GELU, LayerNorm with epsilon 1e-6 before each
 * half of a block and at the end. Weights have timm's names.
 *
 * @param name as people know it
 * @param patch side of a patch in pixels
 * @param width length of a token
 * @param depth blocks
 * @param heads of the attention
 * @param pooling how tokens become features
 */
public record VisionTransformer(String name, int patch, int width, int depth, int heads, Pooling pooling)
        implements Backbone {

    /** How the tokens after the last norm become features. */
    public enum Pooling {
        /** The class token. */
        TOKEN,
        /** The mean of all others. */
        MEAN
    }

    /** ViT-Ti. */
    public static VisionTransformer tiny(int patch) {
        return new VisionTransformer("vit_tiny_patch" + patch, patch, 192, 12, 3, Pooling.TOKEN);
    }

    /** ViT-S. */
    public static VisionTransformer small(int patch) {
        return new VisionTransformer("vit_small_patch" + patch, patch, 384, 12, 6, Pooling.TOKEN);
    }

    /** ViT-B. */
    public static VisionTransformer base(int patch) {
        return new VisionTransformer("vit_base_patch" + patch, patch, 768, 12, 12, Pooling.TOKEN);
    }

    private static final int MLP_RATIO = 4;
    private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.");

    /** Checks the sizes. */
    public VisionTransformer {
        if (patch < 1 || depth < 1 || heads < 1 || width < heads || width % heads != 0) {
            throw new IllegalArgumentException("a vision transformer needs patches, blocks and tokens that its heads"
                    + " divide, not patches of " + patch + ", " + depth + " blocks, " + width + " for " + heads
                    + " heads");
        }
    }

    /** The same with other pooling. */
    public VisionTransformer with(Pooling other) {
        return new VisionTransformer(name, patch, width, depth, heads, other);
    }

    @Override
    public String variant() {
        return pooling == Pooling.MEAN ? ", mean of tokens" : "";
    }

    @Override
    public int features() {
        return width;
    }

    @Override
    public void requireFits(int side) {
        if (side % patch != 0) {
            throw new IllegalArgumentException(name + " cuts images into patches of " + patch
                    + " pixels: choose a multiple of " + patch + " as image size, not " + side);
        }
    }

    /** Tokens of an image, the class token among them. */
    public int tokens(int side) {
        return 1 + (side / patch) * (side / patch);
    }

    @Override
    public int layersAbove(String weight) {
        Matcher block = BLOCK.matcher(weight);
        if (block.lookingAt()) {
            return depth - Integer.parseInt(block.group(1));
        }
        return weight.startsWith("norm.") ? 0 : depth + 1;
    }

    @Override
    public Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side) {
        TokenLayers tokens = new TokenLayers(layers, tokens(side), width);
        // In the order that timm has them in its files.
        Operand<TFloat32> positions = tokens.positions("cls_token", "pos_embed");
        Operand<TFloat32> patches = layers.biased(
                "patch_embed.proj",
                layers.convolution("patch_embed.proj.weight", x, new Layers.Kernel(patch, 3, width, patch)),
                width);
        Operand<TFloat32> y = tokens.of(patches, positions);
        for (int block = 0; block < depth; block++) {
            String of = "blocks." + block;
            y = layers.add(y, tokens.attention(of + ".attn", layers.layerNorm(of + ".norm1", y, width), heads));
            y = layers.add(y, mlp(tokens, of + ".mlp", layers.layerNorm(of + ".norm2", y, width)));
        }
        Operand<TFloat32> normed = layers.layerNorm("norm", y, width);
        return switch (pooling) {
            case TOKEN -> tokens.first(normed);
            case MEAN -> tokens.meanOfOthers(normed);
        };
    }

    private Operand<TFloat32> mlp(TokenLayers tokens, String name, Operand<TFloat32> x) {
        int inner = MLP_RATIO * width;
        return tokens.linear(name + ".fc2", tokens.gelu(tokens.linear(name + ".fc1", x, width, inner)), inner, width);
    }
}

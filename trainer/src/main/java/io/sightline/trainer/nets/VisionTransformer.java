package io.sightline.trainer.nets;

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
    public Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side) {
        int tokens = tokens(side);
        // In the order that timm has them in its files.
        Operand<TFloat32> positions = layers.positions("cls_token", "pos_embed", tokens, width);
        Operand<TFloat32> patches = layers.biased(
                "patch_embed.proj",
                layers.convolution("patch_embed.proj.weight", x, new Layers.Kernel(patch, 3, width, patch)),
                width);
        Operand<TFloat32> y = layers.tokens(patches, positions, tokens, width);
        for (int block = 0; block < depth; block++) {
            String of = "blocks." + block;
            y = layers.add(
                    y, layers.attention(of + ".attn", layers.layerNorm(of + ".norm1", y, width), tokens, width, heads));
            y = layers.add(y, mlp(layers, of + ".mlp", layers.layerNorm(of + ".norm2", y, width), tokens));
        }
        Operand<TFloat32> normed = layers.layerNorm("norm", y, width);
        return switch (pooling) {
            case TOKEN -> layers.firstToken(normed, width);
            case MEAN -> layers.meanOfOtherTokens(normed);
        };
    }

    private Operand<TFloat32> mlp(Layers layers, String name, Operand<TFloat32> x, int tokens) {
        int inner = MLP_RATIO * width;
        Operand<TFloat32> hidden = layers.gelu(layers.tokenLinear(name + ".fc1", x, tokens, width, inner));
        return layers.tokenLinear(name + ".fc2", hidden, tokens, inner, width);
    }
}

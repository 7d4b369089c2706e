package io.sightline.trainer.replay;

/** An image event and its label event, still encoded. */
record LabelledImage(byte[] imageEvent, byte[] labelEvent) {}

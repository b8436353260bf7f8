"""How training pictures are varied: geometry, light, blur, noise, compression and things in front of a face."""

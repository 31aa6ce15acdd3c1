/**
 * Registries: images from and to other machines, as the OCI's distribution specification 1.1 says.
 *
 * <p>What a user names is a {@link polder.image.registry.Reference}. What the administrator says of
 * registries is {@link polder.image.registry.Settings}; who we are there, {@link
 * polder.image.registry.Credentials}. An {@link polder.image.registry.Endpoint} is one server: it
 * asks for tokens, repeats what failed for a moment and follows redirects. A {@link
 * polder.image.registry.RemoteRepository} is what is asked: its mirrors in turn, then itself.
 *
 * <p>A registry is hostile until the digest of what it sent is right. It may lead us to no server
 * that is nearer to us than itself, and never from TLS to plain HTTP; who we are is told to itself
 * only, and to the token service that belongs to it.
 *
 * <p>Nothing is kept on disk here. Everything ends when the repository is closed, by any thread.
 */
@NullMarked
package polder.image.registry;

import org.jspecify.annotations.NullMarked;

package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.PolderException;

class DockerConfigTest {
  @TempDir private Path folder;
  private final List<String> asked = new ArrayList<>();
  private Optional<Map<String, Object>> helperSays = Optional.empty();

  private Optional<Credential> find(String registry, String json) throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, json);
    CredentialProgram helper =
        (program, server) -> {
          asked.add(program + " " + server);
          return helperSays;
        };
    return new DockerConfig(file, helper).find(new RegistryName(registry));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void findsWhatLogInWrote() throws IOException {
    String auth = "{\"auth\": \"" + base64("me:a:b ") + "\"}";
    Optional<Credential> me = Optional.of(new Credential.Password("me", "a:b "));

    assertEquals(me, find("r.example:5000", "{\"auths\": {\"r.example:5000\": " + auth + "}}"));
    assertEquals(me, find("r.example", "{\"auths\": {\"https://r.example/v2/\": " + auth + "}}"));
    assertEquals(
        me, find("docker.io", "{\"auths\": {\"https://index.docker.io/v1/\": " + auth + "}}"));
    assertEquals(
        Optional.empty(),
        find("r.example:5001", "{\"auths\": {\"r.example:5000\": " + auth + "}}"));
    assertEquals(
        Optional.of(new Credential.IdentityToken("tok")),
        find("r.example", "{\"auths\": {\"r.example\": {\"identitytoken\": \"tok\"}}, \"x\": 1}"));
  }

  @Test
  void nobodyIsKnownWhereNothingIsWritten() throws IOException {
    assertEquals(Optional.empty(), find("r.example", "{}"));
    assertEquals(
        Optional.empty(),
        new DockerConfig(folder.resolve("missing"), (p, s) -> Optional.empty())
            .find(new RegistryName("r.example")));
  }

  @Test
  void asksTheHelperOfTheRegistryBeforeTheStore() throws IOException {
    helperSays = Optional.of(Map.of("Username", "me", "Secret", "s"));
    String json = "{\"credsStore\": \"pass\", \"credHelpers\": {\"r.example\": \"ecr-login\"}}";

    assertEquals(Optional.of(new Credential.Password("me", "s")), find("r.example", json));
    find("docker.io", json);
    assertEquals(
        List.of(
            "docker-credential-ecr-login r.example",
            "docker-credential-pass https://index.docker.io/v1/"),
        asked);
    helperSays = Optional.of(Map.of("Username", "<token>", "Secret", "s"));
    assertEquals(Optional.of(new Credential.IdentityToken("s")), find("r.example", json));
  }

  @Test
  void refusesHelpersThatAreNoNames() {
    for (String name : List.of("../x", "a/b", "-x", "a b", "x".repeat(65))) {
      assertThrows(
          PolderException.class,
          () -> find("r.example", "{\"credsStore\": \"" + name + "\"}"),
          name);
    }
    assertEquals(List.of(), asked);
  }

  @Test
  void tellsNoSecretWhenTheFileIsBad() {
    for (String auth : List.of(base64("nocolon-hunter2"), "%%hunter2%%")) {
      PolderException e =
          assertThrows(
              PolderException.class,
              () -> find("r.example", "{\"auths\":{\"r.example\":{\"auth\":\"" + auth + "\"}}}"));
      assertFalse(String.valueOf(e.getMessage()).contains("hunter2"), e.getMessage());
      assertFalse(String.valueOf(e.getMessage()).contains(auth), e.getMessage());
    }
    assertFalse(new Credential.Password("me", "hunter2").toString().contains("hunter2"));
    assertFalse(new Credential.IdentityToken("hunter2").toString().contains("hunter2"));
  }
}

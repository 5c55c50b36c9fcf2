package io.pidcap.it.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.model.Image;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.testcontainers.utility.DockerImageName;

/**
 * The image of the tests' containers, made of files of this machine and not pulled: what the README asks for (the JDK,
 * libpcap, libbpf), a shell, and Python under the names of the programs that make traffic; of users only root. It is made
 * anew when one of these files changes.
 */
final class LocalImage {
    /** Programs in {@code /opt/it}: each is Python. */
    static final String TARGET = "/opt/it/it-target";

    static final String BYSTANDER = "/opt/it/it-bystander";
    static final String ECHO = "/opt/it/it-echo";

    static final String JAVA_HOME = "/opt/java";

    private static final String REPOSITORY = "pidcap-it";
    private static final Pattern NEEDED_LIBRARY = Pattern.compile("^\\s*(?:\\S+ => )?(/\\S+) \\(0x", Pattern.MULTILINE);

    private LocalImage() {}

    static DockerImageName make(DockerClient docker, Path work) throws IOException, InterruptedException {
        Path jdk = Path.of(System.getProperty("java.home")).toRealPath();
        Path python = Path.of("/usr/bin/python3").toRealPath();
        String pythonLibrary =
                output(python.toString(), "-Ic", "import sysconfig; print(sysconfig.get_path('stdlib'))");
        List<String> programs = new ArrayList<>(List.of("/bin/sh", "/usr/bin/sleep", python.toString()));
        programs.addAll(sharedLibraries("libpcap.so", "libbpf.so"));
        Set<String> files = new TreeSet<>(programs);
        files.add(pythonLibrary);
        files.addAll(neededBy(programs));
        files.addAll(neededBy(List.of(jdk + "/bin/java", jdk + "/lib/server/libjvm.so", jdk + "/lib/libnio.so")));
        files.removeIf(file -> file.startsWith(jdk.toString()));

        String tag = digest(files, jdk);
        DockerImageName name = DockerImageName.parse(REPOSITORY + ":" + tag);
        if (tagsOf(docker).noneMatch(name.asCanonicalNameString()::equals)) {
            tagsOf(docker).toList().forEach(old -> docker.removeImageCmd(old).exec());
            build(docker, name, context(work, skeleton(work, python, jdk), files));
        }
        return name;
    }

    private static Stream<String> tagsOf(DockerClient docker) {
        return docker.listImagesCmd().exec().stream()
                .map(Image::getRepoTags)
                .filter(tags -> tags != null)
                .flatMap(Arrays::stream)
                .filter(tag -> tag.startsWith(REPOSITORY + ":"));
    }

    /** What is not at the same place as on this machine. Links: tar takes what they point to. */
    private static Path skeleton(Path work, Path python, Path jdk) throws IOException {
        Path skeleton = Files.createDirectories(work.resolve("skeleton"));
        Path temporary = Files.createDirectories(skeleton.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createDirectories(skeleton.resolve("root"));
        Files.createDirectories(skeleton.resolve("opt/it"));
        Files.createSymbolicLink(skeleton.resolve("opt/java"), jdk);
        for (String program : List.of(TARGET, BYSTANDER, ECHO)) {
            Files.createSymbolicLink(skeleton.resolve(program.substring(1)), python);
        }
        Files.createDirectories(skeleton.resolve("etc"));
        Files.writeString(skeleton.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        return skeleton;
    }

    /** What a build is given: the tree, and how it becomes the image. */
    private static Path context(Path work, Path skeleton, Set<String> files) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("tar", "-c", "-h", "--hard-dereference", "--owner=0", "--group=0"));
        for (String unused : List.of("src.zip", "jmods", "include", "man", "demo", "test", "__pycache__")) {
            command.add("--exclude=" + unused);
        }
        Path tree = work.resolve("tree.tar");
        command.addAll(
                List.of("-f", tree.toString(), "-C", skeleton.toString(), "tmp", "root", "opt", "etc", "-C", "/"));
        files.forEach(file -> command.add(file.substring(1)));
        output(command.toArray(String[]::new));
        for (Path link : linksIn(skeleton)) {
            Files.delete(link);
        }
        Files.writeString(work.resolve("Dockerfile"), "FROM scratch\nADD tree.tar /\n");
        Path context = work.resolve("context.tar");
        output("tar", "-cf", context.toString(), "-C", work.toString(), "Dockerfile", "tree.tar");
        return context;
    }

    private static List<Path> linksIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isSymbolicLink).toList();
        }
    }

    private static void build(DockerClient docker, DockerImageName name, Path context) throws IOException {
        try (InputStream in = Files.newInputStream(context)) {
            docker.buildImageCmd(in)
                    .withTags(Set.of(name.asCanonicalNameString()))
                    .exec(new BuildImageResultCallback())
                    .awaitImageId();
        }
    }

    /** The first of each name that the system's linker knows. */
    private static List<String> sharedLibraries(String... names) throws IOException, InterruptedException {
        String known = output("/sbin/ldconfig", "-p");
        return Stream.of(names)
                .map(name -> known.lines()
                        .filter(line -> line.strip().startsWith(name + "."))
                        .map(line -> line.substring(line.indexOf("=> ") + 3))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(name + " is not installed")))
                .toList();
    }

    private static List<String> neededBy(List<String> files) throws IOException, InterruptedException {
        String[] command = Stream.concat(Stream.of("ldd"), files.stream()).toArray(String[]::new);
        return NEEDED_LIBRARY
                .matcher(output(command))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String digest(Set<String> files, Path jdk) throws IOException {
        StringBuilder content = new StringBuilder();
        for (String file : files) {
            content.append(file).append(' ').append(stamp(Path.of(file))).append('\n');
        }
        content.append(jdk).append(' ').append(stamp(jdk.resolve("release"))).append('\n');
        try (InputStream self = LocalImage.class.getResourceAsStream("LocalImage.class")) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(self.readAllBytes());
            digest.update(content.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String stamp(Path file) {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
        }
        return text.strip();
    }
}

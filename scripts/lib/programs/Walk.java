import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Walk DIRECTORY [map]: reads all files in it, and prints their digests as sha256sum does. */
public class Walk {
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        boolean maps = arguments.length > 1;
        try (var paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                var digest = MessageDigest.getInstance("SHA-256");
                digest.update(maps ? mapped(path) : ByteBuffer.wrap(Files.readAllBytes(path)));
                System.out.println(HexFormat.of().formatHex(digest.digest()) + "  ./" + root.relativize(path));
            }
        }
    }

    private static ByteBuffer mapped(Path path) throws Exception {
        try (var channel = FileChannel.open(path)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }
}

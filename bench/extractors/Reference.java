import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Directory;
import com.drew.metadata.Tag;
import com.drew.metadata.xmp.XmpDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads every file that a list names PASSES times over: each tag's name and description, each XMP property. */
public final class Reference {
    private static long tags, characters, properties;

    public static void main(String[] arguments) throws IOException {
        List<String> paths = Files.readAllLines(Path.of(arguments[0]));
        int passes = Integer.parseInt(arguments[1]);
        StringBuilder seconds = new StringBuilder();
        for (int pass = 0; pass < passes; pass++) {
            tags = characters = properties = 0;
            long begin = System.nanoTime();
            for (String path : paths) {
                read(new File(path));
            }
            seconds.append(pass == 0 ? "" : ", ").append((System.nanoTime() - begin) / 1e9);
        }
        System.out.printf(
            "{\"tags\": %d, \"characters\": %d, \"xmp\": %d, \"seconds\": [%s]}%n", tags, characters, properties, seconds);
    }

    private static void read(File file) {
        try {
            for (Directory directory : ImageMetadataReader.readMetadata(file).getDirectories()) {
                for (Tag tag : directory.getTags()) {
                    String description = tag.getDescription();
                    tags++;
                    characters += tag.getTagName().length() + (description == null ? 0 : description.length());
                }
                if (directory instanceof XmpDirectory) {
                    properties += ((XmpDirectory) directory).getXmpProperties().size();
                }
            }
        } catch (ImageProcessingException | IOException | RuntimeException fault) {
            // none that can be read; some faults are undeclared
        }
    }
}

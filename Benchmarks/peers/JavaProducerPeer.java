// Produces the lines of a file with Kafka's Java client, as fast as it can or on a fixed schedule, and says what it took.
//
//   JavaProducerPeer TOPIC RECORDS RATE WARMUP FILE NAME=VALUE…
//
// As librdkafka_peer.c, and with the same output. Before it measures it sends as many records as it takes the virtual machine
// to compile what runs often: a tenth of RECORDS, 2 M at most. Latencies are those of all records but the first WARMUP.

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class JavaProducerPeer {
    // On a schedule, how long the producer sleeps at most between two looks at the clock.
    private static final long TICK_NS = 50_000;
    private static final long COMPILING_MAX = 2_000_000;

    private final String topic;
    private final List<byte[]> lines;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong failed = new AtomicLong();
    private int next = 0;

    private JavaProducerPeer(String topic, List<byte[]> lines, Properties settings) {
        this.topic = topic;
        this.lines = lines;
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    public static void main(String[] words) throws Exception {
        if (words.length < 5) {
            System.err.println("JavaProducerPeer: wants TOPIC RECORDS RATE WARMUP FILE NAME=VALUE…");
            System.exit(64);
        }
        long records = Long.parseLong(words[1]);
        long rate = Long.parseLong(words[2]);
        long warmup = Long.parseLong(words[3]);
        Properties settings = new Properties();
        for (String pair : Arrays.copyOfRange(words, 5, words.length)) {
            int equals = pair.indexOf('=');
            settings.setProperty(pair.substring(0, equals), pair.substring(equals + 1));
        }
        JavaProducerPeer peer = new JavaProducerPeer(words[0], read(Path.of(words[4])), settings);
        peer.producer.partitionsFor(words[0]);
        long compiling = Math.min(Math.max(records / 10, 1), COMPILING_MAX);
        peer.produce(compiling, 0, 0, false);
        peer.produce(records, rate, warmup, true);
        peer.producer.close();
        System.exit(peer.failed.get() > 0 ? 1 : 0);
    }

    private static List<byte[]> read(Path file) throws Exception {
        byte[] content = Files.readAllBytes(file);
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                lines.add(Arrays.copyOfRange(content, start, i));
                start = i + 1;
            }
        }
        if (start < content.length) lines.add(Arrays.copyOfRange(content, start, content.length));
        return lines;
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private void produce(long records, long rate, long warmup, boolean tells) {
        double intervalNs = rate > 0 ? 1e9 / rate : 0;
        // Callbacks run on the client's one thread.
        int[] latenciesUs = new int[rate > 0 ? (int) (records - warmup) : 0];
        int[] count = {0};
        Callback plain = (metadata, error) -> note(error);
        long cpu = cpuNs();
        long start = System.nanoTime();
        long sent = 0;
        while (sent < records) {
            long due = records;
            if (rate > 0) {
                due = Math.min(records, (long) ((System.nanoTime() - start) / intervalNs) + 1);
                if (due <= sent) {
                    LockSupport.parkNanos(TICK_NS);
                    continue;
                }
            }
            for (; sent < due; sent++) {
                Callback callback = plain;
                if (rate > 0 && sent >= warmup) {
                    long dueNs = start + (long) (sent * intervalNs);
                    callback = (metadata, error) -> {
                        note(error);
                        latenciesUs[count[0]++] = (int) ((System.nanoTime() - dueNs) / 1000);
                    };
                }
                producer.send(new ProducerRecord<>(topic, lines.get(next)), callback);
                if (++next == lines.size()) next = 0;
            }
        }
        producer.flush();
        double seconds = (System.nanoTime() - start) / 1e9;
        cpu = cpuNs() - cpu;
        if (!tells) return;
        System.out.printf(
            "duration_s=%.6f client_cpu_s=%.6f records_acked=%d records_failed=%d", seconds, cpu / 1e9, records - failed.get(),
            failed.get());
        if (count[0] > 0) {
            Arrays.sort(latenciesUs, 0, count[0]);
            System.out.printf(
                " latency_p50_us=%d latency_p99_us=%d", latenciesUs[count[0] / 2], latenciesUs[(int) (count[0] * 0.99)]);
        }
        System.out.println();
    }

    private void note(Exception error) {
        if (error != null && failed.getAndIncrement() == 0) System.err.println("JavaProducerPeer: a record failed: " + error);
    }
}

// Reads a topic with Kafka's Java client, as fast as it can, and says what it took.
//
//   JavaConsumerPeer TOPIC PARTITIONS RECORDS NAME=VALUE…
//
// As librdkafka_reader.c, and with the same output. Before it measures it reads as many records as it takes the virtual
// machine to compile what runs often: a tenth of RECORDS, 2 M at most.

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class JavaConsumerPeer {
    private static final long COMPILING_MAX = 2_000_000;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    private JavaConsumerPeer(List<TopicPartition> partitions, Properties settings) {
        this.partitions = partitions;
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(partitions);
    }

    public static void main(String[] words) throws Exception {
        if (words.length < 3) {
            System.err.println("JavaConsumerPeer: wants TOPIC PARTITIONS RECORDS NAME=VALUE…");
            System.exit(64);
        }
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(words[1]); i++) partitions.add(new TopicPartition(words[0], i));
        long records = Long.parseLong(words[2]);
        Properties settings = new Properties();
        for (String pair : Arrays.copyOfRange(words, 3, words.length)) {
            int equals = pair.indexOf('=');
            settings.setProperty(pair.substring(0, equals), pair.substring(equals + 1));
        }
        JavaConsumerPeer peer = new JavaConsumerPeer(partitions, settings);
        peer.read(Math.min(Math.max(records / 10, 1), COMPILING_MAX), false);
        peer.read(records, true);
        Runtime.getRuntime().halt(0);
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private void read(long records, boolean tells) {
        long cpu = cpuNs();
        long start = System.nanoTime();
        long bytes = 0;
        long sum = 0;
        long count = 0;
        consumer.seekToBeginning(partitions);
        long last = start;
        while (count < records) {
            ConsumerRecords<byte[], byte[]> some = consumer.poll(Duration.ofSeconds(1));
            if (!some.isEmpty()) {
                last = System.nanoTime();
            } else if (System.nanoTime() - last > SILENCE_MAX.toNanos()) {
                System.err.println("JavaConsumerPeer: there were no records for 30 s");
                System.exit(1);
            }
            for (ConsumerRecord<byte[], byte[]> record : some) {
                byte[] value = record.value();
                bytes += value.length + (record.key() == null ? 0 : record.key().length);
                if (value.length > 0) sum += value[0];
            }
            count += some.count();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        cpu = cpuNs() - cpu;
        if (!tells) return;
        System.out.printf(
            "duration_s=%.6f client_cpu_s=%.6f records=%d bytes=%d sum=%d%n", seconds, cpu / 1e9, count, bytes, sum);
        System.out.flush();
    }
}

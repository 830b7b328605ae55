// Produces records on a schedule with Kafka's Java client, consumes them in the same process, and says how long they took.
//
//   JavaEndToEndPeer TOPIC PARTITIONS RECORDS RATE WARMUP SIZE producer:NAME=VALUE… consumer:NAME=VALUE…
//
// As librdkafka_end_to_end.c, and with the same output. While it warms up the virtual machine compiles what runs often.

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class JavaEndToEndPeer {
    // How long the producer sleeps at most between two looks at the clock.
    private static final long TICK_NS = 50_000;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private final String topic;
    private final int records;
    private final int warmup;
    private final double intervalNs;
    private final int[] latenciesUs;
    private int count = 0;
    private volatile long start;

    private JavaEndToEndPeer(String[] words) {
        topic = words[0];
        records = Integer.parseInt(words[2]);
        intervalNs = 1e9 / Long.parseLong(words[3]);
        warmup = Integer.parseInt(words[4]);
        latenciesUs = new int[records];
    }

    public static void main(String[] words) throws Exception {
        if (words.length < 6) {
            System.err.println("JavaEndToEndPeer: wants TOPIC PARTITIONS RECORDS RATE WARMUP SIZE NAME=VALUE…");
            System.exit(64);
        }
        new JavaEndToEndPeer(words).travel(
            Integer.parseInt(words[1]), Integer.parseInt(words[5]), Arrays.copyOfRange(words, 6, words.length));
        Runtime.getRuntime().halt(0);
    }

    private static Properties settings(String word, String[] pairs) {
        Properties settings = new Properties();
        for (String pair : pairs) {
            if (!pair.startsWith(word)) continue;
            int equals = pair.indexOf('=');
            settings.setProperty(pair.substring(word.length(), equals), pair.substring(equals + 1));
        }
        return settings;
    }

    private static long cpuNs() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private long dueNs(long number) {
        return start + (long) (number * intervalNs);
    }

    private void travel(int partitions, int size, String[] pairs) throws Exception {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
            settings("consumer:", pairs), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < partitions; i++) all.add(new TopicPartition(topic, i));
        consumer.assign(all);
        consumer.seekToBeginning(all);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            settings("producer:", pairs), new ByteArraySerializer(), new ByteArraySerializer());
        producer.partitionsFor(topic);
        Thread reader = new Thread(() -> consume(consumer), "reader");
        // Until it has a record the consumer is asking already.
        start = System.nanoTime() + 1_000_000_000L;
        reader.start();
        while (System.nanoTime() < start) LockSupport.parkNanos(TICK_NS);
        long cpu = produce(producer, size);
        reader.join();
        double seconds = (System.nanoTime() - dueNs(warmup)) / 1e9;
        cpu = cpuNs() - cpu;
        Arrays.sort(latenciesUs, 0, count);
        System.out.printf(
            "duration_s=%.6f client_cpu_s=%.6f records=%d latency_p50_us=%d latency_p99_us=%d%n", seconds, cpu / 1e9, count,
            latenciesUs[count / 2], latenciesUs[(int) (count * 0.99)]);
        System.out.flush();
    }

    /** Returns the CPU time when the first record was due that counts. */
    private long produce(KafkaProducer<byte[], byte[]> producer, int size) {
        long cpu = cpuNs();
        long sent = 0;
        while (sent < records) {
            long due = Math.min(records, (long) ((System.nanoTime() - start) / intervalNs) + 1);
            if (due <= sent) {
                LockSupport.parkNanos(TICK_NS);
                continue;
            }
            for (; sent < due; sent++) {
                if (sent == warmup) cpu = cpuNs();
                byte[] value = new byte[size];
                ByteBuffer.wrap(value).putLong(sent);
                producer.send(new ProducerRecord<>(topic, value), (metadata, error) -> {
                    if (error == null) return;
                    System.err.println("JavaEndToEndPeer: a record failed: " + error);
                    Runtime.getRuntime().halt(1);
                });
            }
        }
        return cpu;
    }

    private void consume(KafkaConsumer<byte[], byte[]> consumer) {
        long last = System.nanoTime();
        for (int read = 0; read < records;) {
            ConsumerRecords<byte[], byte[]> some = consumer.poll(Duration.ofSeconds(1));
            long now = System.nanoTime();
            if (!some.isEmpty()) {
                last = now;
            } else if (now - last > SILENCE_MAX.toNanos()) {
                System.err.println("JavaEndToEndPeer: there were no records for 30 s");
                Runtime.getRuntime().halt(1);
            }
            for (ConsumerRecord<byte[], byte[]> record : some) {
                long number = ByteBuffer.wrap(record.value()).getLong();
                if (number >= warmup) latenciesUs[count++] = (int) ((System.nanoTime() - dueNs(number)) / 1000);
                read++;
            }
        }
    }
}

// Kafka's own Java client as a program, in the words of Tests/InteropPeer: records travel as lines of tab-separated
// fields:
//
//      partition  key  value  timestamp-ms  header-key=header-value,…
//
// Bytes are hexadecimal, `-` is null; as a partition it lets the client's partitioner decide.
//
//      java -cp "$KAFKA_HOME/libs/*" JavaPeer.java write BOOTSTRAP TOPIC [NAME=VALUE…]    < records    > their partitions
//      java -cp "$KAFKA_HOME/libs/*" JavaPeer.java read BOOTSTRAP TOPIC                                > records
//      java -cp "$KAFKA_HOME/libs/*" JavaPeer.java list BOOTSTRAP                                      > topics, partitions
//
// Java 11 and newer run it from this file. NAME=VALUE are settings of the producer.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class JavaPeer {
    public static void main(String[] arguments) throws Exception {
        String verb = arguments.length > 1 ? arguments[0] : "";
        Properties settings = new Properties();
        settings.put("bootstrap.servers", verb.isEmpty() ? "" : arguments[1]);
        if (verb.equals("write") && arguments.length >= 3) {
            for (int i = 3; i < arguments.length; i++) {
                String[] parts = arguments[i].split("=", 2);
                settings.put(parts[0], parts[1]);
            }
            write(settings, arguments[2]);
        } else if (verb.equals("read") && arguments.length == 3) {
            read(settings, arguments[2]);
        } else if (verb.equals("list") && arguments.length == 2) {
            list(settings);
        } else {
            System.err.println("usage: JavaPeer write|read|list BOOTSTRAP …");
            System.exit(64);
        }
    }

    private static void write(Properties settings, String topic) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
                var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line; (line = lines.readLine()) != null; ) {
                sent.add(producer.send(record(topic, line.split("\t", -1))));
            }
            producer.flush();
        }
        PrintStream out = output();
        for (Future<RecordMetadata> future : sent) out.println(future.get().partition());
        out.flush();
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String[] fields) {
        Integer partition = fields[0].equals("-") ? null : Integer.valueOf(fields[0]);
        List<Header> headers = new ArrayList<>();
        for (String header : fields[4].split(",")) {
            if (header.isEmpty()) continue;
            String[] parts = header.split("=", -1);
            headers.add(new RecordHeader(new String(bytes(parts[0]), StandardCharsets.UTF_8), bytes(parts[1])));
        }
        return new ProducerRecord<>(
                topic, partition, Long.valueOf(fields[3]), bytes(fields[1]), bytes(fields[2]), headers);
    }

    private static void read(Properties settings, String topic) {
        PrintStream out = output();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).collect(Collectors.toList());
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> out.println(line(record)));
            }
        }
        out.flush();
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        String headers = StreamSupport.stream(record.headers().spliterator(), false)
                .map(header -> hex(header.key().getBytes(StandardCharsets.UTF_8)) + "=" + hex(header.value()))
                .collect(Collectors.joining(","));
        return String.join("\t", String.valueOf(record.partition()), hex(record.key()), hex(record.value()),
                String.valueOf(record.timestamp()), headers);
    }

    private static void list(Properties settings) {
        PrintStream out = output();
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (Map.Entry<String, List<PartitionInfo>> topic : consumer.listTopics().entrySet()) {
                out.println(topic.getKey() + "\t" + topic.getValue().size());
            }
        }
        out.flush();
    }

    private static PrintStream output() {
        return new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(String text) {
        if (text.equals("-")) return null;
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        return bytes;
    }

    private static String hex(byte[] bytes) {
        if (bytes == null) return "-";
        StringBuilder text = new StringBuilder(2 * bytes.length);
        for (byte each : bytes) {
            text.append(Character.forDigit(each >> 4 & 15, 16)).append(Character.forDigit(each & 15, 16));
        }
        return text.toString();
    }
}

// Kafka's own Java client as a program, in the words of Tests/InteropPeer: records travel as lines of tab-separated
// fields:
//
//      partition  key  value  timestamp-ms  header-key=header-value,…
//
// Bytes are hexadecimal, `-` is null; as a partition it lets the client's partitioner decide. One process serves many
// commands, because a virtual machine takes long to start. Each is a line of standard input, its fields separated by tabs:
//
//      write  BOOTSTRAP  TOPIC  COUNT  NAME=VALUE…     and so many lines of records; gives the partition of each
//      read   BOOTSTRAP  TOPIC                         gives records
//      list   BOOTSTRAP                                gives topics, each with the number of its partitions
//
// The answer is `ok` and the number of lines that follow, or `failed` and why. NAME=VALUE are settings of the producer.

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class JavaPeer {
    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var output = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.US_ASCII);
        for (String line; (line = input.readLine()) != null; ) {
            String[] command = line.split("\t");
            List<String> given = new ArrayList<>();
            int count = command[0].equals("write") ? Integer.parseInt(command[3]) : 0;
            for (int i = 0; i < count; i++) given.add(input.readLine());
            try {
                List<String> answer = answer(command, given);
                output.println("ok\t" + answer.size());
                answer.forEach(output::println);
            } catch (Exception error) {
                output.println("failed\t" + error.toString().replaceAll("\\s", " "));
            }
            output.flush();
        }
    }

    private static List<String> answer(String[] command, List<String> given) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", command[1]);
        switch (command[0]) {
            case "write":
                for (String setting : Arrays.asList(command).subList(4, command.length)) {
                    String[] parts = setting.split("=", 2);
                    settings.put(parts[0], parts[1]);
                }
                return write(settings, command[2], given);
            case "read": return read(settings, command[2]);
            case "list": return list(settings);
            default: throw new IllegalArgumentException("unknown command " + command[0]);
        }
    }

    private static List<String> write(Properties settings, String topic, List<String> lines) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String line : lines) sent.add(producer.send(record(topic, line.split("\t", -1))));
            producer.flush();
        }
        List<String> partitions = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) partitions.add(String.valueOf(future.get().partition()));
        return partitions;
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

    private static List<String> read(Properties settings, String topic) {
        List<String> lines = new ArrayList<>();
        // The consumer asks ahead, and its end waits for the answer.
        settings.put("fetch.max.wait.ms", 50);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).collect(Collectors.toList());
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> lines.add(line(record)));
            }
        }
        return lines;
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        String headers = StreamSupport.stream(record.headers().spliterator(), false)
                .map(header -> hex(header.key().getBytes(StandardCharsets.UTF_8)) + "=" + hex(header.value()))
                .collect(Collectors.joining(","));
        return String.join("\t", String.valueOf(record.partition()), hex(record.key()), hex(record.value()),
                String.valueOf(record.timestamp()), headers);
    }

    private static List<String> list(Properties settings) {
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.listTopics().entrySet().stream()
                    .map(topic -> topic.getKey() + "\t" + topic.getValue().size()).collect(Collectors.toList());
        }
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

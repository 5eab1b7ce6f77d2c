{{/*
pgsidecar.container: the sidecar, an item of initContainers. As a dependency named pgsidecar:

  initContainers:
    {{- include "pgsidecar.container" .Subcharts.pgsidecar | nindent 4 }}
  volumes:
    {{- include "pgsidecar.volumes" .Subcharts.pgsidecar | nindent 4 }}
*/}}
{{- define "pgsidecar.container" -}}
- restartPolicy: Always
  {{- include "pgsidecar.containerBody" . | nindent 2 }}
{{- end }}

{{- define "pgsidecar.containerBody" -}}
name: pgsidecar
image: {{ include "pgsidecar.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [--config, /etc/pgsidecar/pgsidecar.yaml]
{{- if or .Values.env .Values.upstream.urlSecret.name }}
env:
  {{- with .Values.upstream.urlSecret }}
  {{- if .name }}
  - name: PGSIDECAR_UPSTREAM_URL
    valueFrom:
      secretKeyRef: {{ toJson (dict "name" .name "key" .key) }}
  {{- end }}
  {{- end }}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
ports:
  - {name: postgresql, containerPort: {{ .Values.port }}}
  - {name: metrics, containerPort: {{ .Values.metricsPort }}}
startupProbe:
  httpGet: {path: /healthz, port: metrics}
  {{- toYaml .Values.probes.startup | nindent 2 }}
readinessProbe:
  httpGet: {path: /readyz, port: metrics}
  {{- toYaml .Values.probes.readiness | nindent 2 }}
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  {{- toYaml .Values.probes.liveness | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  - {name: pgsidecar-config, mountPath: /etc/pgsidecar, readOnly: true}
  {{- range include "pgsidecar.mounted" . | fromYamlArray }}
  - {name: pgsidecar-{{ .name }}, mountPath: /run/secrets/pgsidecar/{{ .name }}, readOnly: true}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* pgsidecar.volumes: items of volumes. */}}
{{- define "pgsidecar.volumes" -}}
- name: pgsidecar-config
  configMap: {name: {{ include "pgsidecar.fullname" . }}}
{{- range include "pgsidecar.mounted" . | fromYamlArray }}
- name: pgsidecar-{{ .name }}
  secret: {secretName: {{ .secret }}, defaultMode: 0440}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* pgsidecar.annotations: items of the pod's annotations; a changed configuration rolls the pods. */}}
{{- define "pgsidecar.annotations" -}}
checksum/pgsidecar: {{ include "pgsidecar.config" . | sha256sum }}
{{- end }}

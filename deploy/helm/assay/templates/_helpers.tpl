{{- define "assay.labels" -}}
app.kubernetes.io/name: assay
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "assay.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
volumes:
  - name: tmp
    emptyDir: {}
  - name: home
    emptyDir: {}
  {{- if .Values.uploadsClaim }}
  - name: uploads
    persistentVolumeClaim: { claimName: {{ .Values.uploadsClaim | quote }} }
  {{- end }}
{{- end }}

{{- define "assay.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
envFrom:
  - secretRef: { name: {{ .Values.existingSecret | quote }} }
env:
  {{- range $name, $value := .Values.settings }}
  {{- if $value }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
  {{- end }}
  {{- end }}
  {{- if .Values.uploadsClaim }}
  - { name: ASSAY_UPLOADS_FOLDER, value: /var/lib/assay/uploads }
  {{- end }}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: home, mountPath: /var/lib/assay }
  {{- if .Values.uploadsClaim }}
  - { name: uploads, mountPath: /var/lib/assay/uploads }
  {{- end }}
{{- end }}
